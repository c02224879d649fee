/**
 * Keys of contents, one a trace, in memory only. A requester chooses the ids of its traces, so
 * nobody may drive out the keys of others with fresh ones: whoever has the most loses first.
 */

import { CONTENT_KEY_BYTES } from '../../protocol/trace-content.ts'
import type { Clock } from '../clock.ts'

/** Traces whose keys are kept, count: some 3 MB, and a quarter of an hour at ten tasks a second. */
export const KEYS_MAX = 10_000
/** Traces of which nothing is told any more, count: those above once, and as many again. */
const DROPPED_MAX = 2 * KEYS_MAX

interface Held {
  readonly key: Uint8Array
  /** The requester that it counts for. */
  peer: string
}

export class KeyRing {
  readonly #random: Clock['random']
  readonly #keys = new Map<string, Held>()
  /** Traces of each requester, the oldest first. */
  readonly #of = new Map<string, Set<string>>()
  /** What the operator dropped, the oldest first. */
  readonly #dropped = new Set<string>()
  /** What was driven out: apart, so that no flood of traces undoes what the operator did. */
  readonly #outdone = new Set<string>()

  constructor(random: Clock['random']) {
    this.#random = random
  }

  /** The key for a content that `peer` caused; undefined when the trace's was dropped. */
  keyFor(trace: string, peer: string): Uint8Array | undefined {
    if (this.#dropped.has(trace) || this.#outdone.has(trace)) return undefined
    const known = this.#keys.get(trace)
    if (known === undefined) return this.#make(trace, peer)
    // Of those that share a trace, whoever has the fewest keys answers for it, lest another's flood
    // take it away.
    if (known.peer !== peer && this.#count(peer) < this.#count(known.peer)) {
      this.#leave(trace, known.peer)
      this.#join(trace, peer)
      known.peer = peer
    }
    return known.key
  }

  keyOf(trace: string): Uint8Array | undefined {
    return this.#keys.get(trace)?.key
  }

  /** Overwrite and drop the key of a trace, or all; none is made for it again. */
  drop(trace?: string): void {
    for (const one of trace === undefined ? [...this.#keys.keys()] : [trace]) {
      this.#remove(one)
      note(this.#dropped, one)
    }
  }

  #make(trace: string, peer: string): Uint8Array {
    const key = this.#random(CONTENT_KEY_BYTES)
    this.#keys.set(trace, { key, peer })
    this.#join(trace, peer)
    if (this.#keys.size > KEYS_MAX) this.#makeRoom()
    return key
  }

  #makeRoom(): void {
    let most: Set<string> = new Set()
    for (const traces of this.#of.values()) if (traces.size > most.size) most = traces
    const [oldest] = most
    if (oldest === undefined) return
    this.#remove(oldest)
    note(this.#outdone, oldest)
  }

  #remove(trace: string): void {
    const held = this.#keys.get(trace)
    if (held === undefined) return
    held.key.fill(0)
    this.#keys.delete(trace)
    this.#leave(trace, held.peer)
  }

  #count(peer: string): number {
    return this.#of.get(peer)?.size ?? 0
  }

  #join(trace: string, peer: string): void {
    const traces = this.#of.get(peer)
    if (traces === undefined) this.#of.set(peer, new Set([trace]))
    else traces.add(trace)
  }

  #leave(trace: string, peer: string): void {
    const traces = this.#of.get(peer)
    traces?.delete(trace)
    if (traces?.size === 0) this.#of.delete(peer)
  }
}

function note(traces: Set<string>, trace: string): void {
  traces.add(trace)
  const [oldest = ''] = traces
  if (traces.size > DROPPED_MAX) traces.delete(oldest)
}
