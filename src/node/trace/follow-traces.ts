/**
 * What `watch` hears: gossip, and a stream from each producer that does not gossip its batches
 * because an observer tails it. Such a producer says so in its heads.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { toHex } from '../../protocol/canonical.ts'
import { toPeerworkError } from '../../protocol/errors.ts'
import type { AgentId } from '../../protocol/identity.ts'
import type { Sealed } from '../../protocol/seal.ts'
import type { TraceBatch } from '../../protocol/trace.ts'
import type { TraceHead } from '../../protocol/trace-head.ts'
import type { TraceNews, Traces } from './api.ts'
import { FollowFar } from './follow-far.ts'
import type { Follower } from './follow-far.ts'

/** Producers followed over streams at once, count: as many as an agent has connections. */
const FOLLOWED_MAX = 256
/** From the end of a stream to the next, ms: then twice as long each time that nothing came. */
const PAUSE_MS = { first: 250, max: 10_000 } as const

/** @returns how to stop */
export function followTraces(traces: Traces, follower: Follower): () => void {
  const follow = new Follow(traces, follower)
  return () => follow.stop()
}

class Follow {
  readonly #traces: Traces
  readonly #follower: Follower
  readonly #ending = new AbortController()
  /** Producers that said last that they are tailed. */
  readonly #tailed = new Set<AgentId>()
  /** Those with a stream, and whether anything came on it. */
  readonly #streams = new Map<AgentId, boolean>()
  readonly #far: FollowFar
  readonly #stops: (() => void)[]

  constructor(traces: Traces, follower: Follower) {
    this.#traces = traces
    this.#follower = follower
    this.#far = new FollowFar(traces, follower, this.#ending.signal)
    this.#stops = [
      traces.listen((news) => this.#hear(news)),
      // Often the head comes before the producer can be asked: it is no peer yet.
      traces.onHolders(() => this.#look())
    ]
  }

  stop(): void {
    for (const stop of this.#stops) stop()
    this.#ending.abort()
  }

  #hear(news: TraceNews): void {
    if (news.kind === 'head') this.#note(news.head.body)
    // The stream brings what is between.
    else if (news.kind === 'batch' && !this.#isAhead(news.batch)) this.#follower.take(news.batch)
  }

  #note(head: TraceHead): void {
    const { from, tailed } = head
    if (from === this.#traces.self) return
    this.#tailed.delete(from)
    if (!tailed) return
    this.#tailed.add(from)
    const [oldest = ''] = this.#tailed
    if (this.#tailed.size > FOLLOWED_MAX) this.#tailed.delete(oldest)
    if (this.#traces.holders().includes(from)) this.#look()
    else this.#far.hear(head)
  }

  #isAhead({ body: { from, boot, first } }: Sealed<TraceBatch>): boolean {
    const place = this.#streams.get(from) === true ? this.#follower.placeOf(from) : undefined
    return place !== undefined && place.boot === toHex(boot) && first > place.next
  }

  #look(): void {
    const holders = new Set(this.#traces.holders())
    for (const producer of this.#tailed) {
      if (this.#streams.size >= FOLLOWED_MAX) return
      if (holders.has(producer) && !this.#streams.has(producer)) void this.#keep(producer)
    }
  }

  /** For as long as it is tailed and there; what comes over gossip beside it is no news then. */
  async #keep(producer: AgentId): Promise<void> {
    const { signal } = this.#ending
    const wanted = (): boolean =>
      !signal.aborted && this.#tailed.has(producer) && this.#traces.holders().includes(producer)
    for (let pause: number = PAUSE_MS.first; wanted(); pause = Math.min(PAUSE_MS.max, 2 * pause)) {
      this.#streams.set(producer, false)
      const allowed = await this.#once(producer)
      if (!allowed) this.#tailed.delete(producer)
      if (this.#streams.get(producer) === true) pause = PAUSE_MS.first
      this.#streams.set(producer, false)
      await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined)
    }
    this.#streams.delete(producer)
  }

  /** @returns false when this agent may not */
  async #once(producer: AgentId): Promise<boolean> {
    const from = this.#follower.placeOf(producer)
    const options = { from, keeps: false, signal: this.#ending.signal }
    try {
      for await (const news of this.#traces.tail(producer, options)) {
        this.#streams.set(producer, true)
        if (news.kind === 'batch') this.#follower.take(news.batch)
        else if (news.kind === 'head') this.#note(news.head.body)
      }
      return true
    } catch (error) {
      return toPeerworkError(error).code !== 'ROLE_MISSING'
    }
  }
}
