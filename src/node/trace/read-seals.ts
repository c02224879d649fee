/** What comes over gossip: which seal it is, whether it holds, and whether it is news. */

import { CLOCK_BEHIND_MS_MAX } from '../../protocol/constants.ts'
import type { ErrorCode, PeerworkError } from '../../protocol/errors.ts'
import { open } from '../../protocol/seal.ts'
import type { Sealed, SealedBody } from '../../protocol/seal.ts'
import { KINDS } from '../../protocol/signable.ts'
import { expectBatch } from '../../protocol/trace.ts'
import type { TraceBatch } from '../../protocol/trace.ts'
import { expectHead } from '../../protocol/trace-head.ts'
import type { TraceHead } from '../../protocol/trace-head.ts'

/** Producers whose last head is remembered, count. */
const PRODUCERS_MAX = 4_096
/** Between two heads of one producer, ms: half of what an honest one keeps. */
const HEAD_EVERY_MS = 500

/** Told of a seal that does not hold, and what it claimed to be. */
export type Refusal = (error: PeerworkError, claimed?: SealedBody) => void

export interface Receiver {
  readonly batch: (batch: Sealed<TraceBatch>) => void
  readonly head: ((head: Sealed<TraceHead>) => void) | undefined
}

export interface ReadOptions {
  readonly network: string
  readonly receivers: ReadonlySet<Receiver>
  readonly refuse: Refusal
}

/** @returns a reader of messages, which hands on what holds and tells why something does not */
export function readSeals({ network, receivers, refuse }: ReadOptions) {
  const heard = new Heard()
  const readBatch = (bytes: Uint8Array, now: number) => {
    // Sealed and published in one moment: an old batch is a replay, beyond what gossip remembers.
    const duplicate = (body: TraceBatch): boolean => now - body.issued > CLOCK_BEHIND_MS_MAX
    const opened = open(bytes, { ...expectBatch({ network, now }), duplicate })
    if (opened.ok) for (const { batch } of receivers) batch(opened.sealed)
    return opened
  }
  const readHead = (bytes: Uint8Array, now: number) => {
    const duplicate = (body: TraceHead): boolean => !heard.isNews(body, now)
    const opened = open(bytes, { ...expectHead({ network, now }), duplicate })
    if (opened.ok) {
      heard.note(opened.sealed.body)
      for (const { head } of receivers) head?.(opened.sealed)
    }
    return opened
  }
  return (bytes: Uint8Array, now: number): ErrorCode | undefined => {
    const isHead = bytes[1] === KINDS.head
    const opened = isHead ? readHead(bytes, now) : readBatch(bytes, now)
    if (opened.ok) return undefined
    // Of heads the newest is enough.
    if (!isHead || opened.error.code !== 'REPLAYED') refuse(opened.error, opened.body)
    return opened.error.code
  }
}

/** When each producer's last head was sealed: older ones, and too many, go no further. */
class Heard {
  readonly #last = new Map<string, { issued: number; tailed: boolean }>()

  isNews({ from, issued, tailed }: TraceHead, time: number): boolean {
    if (time - issued > CLOCK_BEHIND_MS_MAX) return false
    const last = this.#last.get(from)
    if (last === undefined) return true
    return issued > last.issued + (tailed === last.tailed ? HEAD_EVERY_MS : 0)
  }

  note({ from, issued, tailed }: TraceHead): void {
    this.#last.delete(from)
    this.#last.set(from, { issued, tailed })
    if (this.#last.size > PRODUCERS_MAX) this.#last.delete(this.#last.keys().next().value ?? '')
  }
}
