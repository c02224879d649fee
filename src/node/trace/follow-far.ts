/**
 * Producers that a watcher is not connected with, and that gossip no batches because an observer
 * tails them: with each of their heads, what is new is asked of the observers in reach.
 *
 * Later than over a stream, by as much as such heads are apart, but nothing stays unheard.
 */

import { toHex } from '../../protocol/canonical.ts'
import type { AgentId } from '../../protocol/identity.ts'
import type { Sealed } from '../../protocol/seal.ts'
import type { TraceBatch } from '../../protocol/trace.ts'
import type { TraceHead } from '../../protocol/trace-head.ts'
import type { LogPlace, Traces } from './api.ts'

/** Producers whose heads wait to be asked for, count: heads are anybody's to send. */
const WAITING_MAX = 256
/** Of a producer that was not heard of before, so many events are asked for, count: a batch. */
const FIRST_MAX = 50

/** Whoever follows: in order, and nothing twice. */
export interface Follower {
  /** Where what was taken of a producer ends. */
  placeOf(producer: AgentId): LogPlace | undefined
  take(batch: Sealed<TraceBatch>): void
}

type Asked = Pick<Traces, 'observers' | 'get'>

export class FollowFar {
  readonly #traces: Asked
  readonly #follower: Follower
  readonly #signal: AbortSignal
  /** The newest head of each. */
  readonly #waiting = new Map<AgentId, TraceHead>()
  #asking = false

  constructor(traces: Asked, follower: Follower, signal: AbortSignal) {
    this.#traces = traces
    this.#follower = follower
    this.#signal = signal
  }

  /** One question at a time: whoever answers has others to answer too. */
  hear(head: TraceHead): void {
    if (this.#waiting.size >= WAITING_MAX && !this.#waiting.has(head.from)) return
    this.#waiting.set(head.from, head)
    if (!this.#asking) void this.#askAll()
  }

  async #askAll(): Promise<void> {
    this.#asking = true
    for (const [producer, head] of this.#waiting) {
      this.#waiting.delete(producer)
      if (!this.#signal.aborted) await this.#ask(head)
    }
    this.#asking = false
  }

  async #ask({ from: by, boot, next: to }: TraceHead): Promise<void> {
    const from = (): number => {
      const place = this.#follower.placeOf(by)
      return place?.boot === toHex(boot) ? place.next : Math.max(0, to - FIRST_MAX)
    }
    for (const observer of this.#traces.observers()) {
      if (from() >= to) return
      const ask = { by, boot: toHex(boot), ranges: [{ from: from(), to }] }
      try {
        for await (const news of this.#traces.get(observer, ask, this.#signal)) {
          if (news.kind === 'batch') this.#follower.take(news.batch)
        }
      } catch {
        // Another one may have it, or this one with the next head.
      }
    }
  }
}
