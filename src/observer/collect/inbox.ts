/**
 * Between what comes and the store: a bounded queue, written in groups, tried again when the store
 * cannot take it.
 *
 * Whoever can be held back waits for room; what is here counts as held only when the store says so.
 * What the store refuses for what it is goes by itself, lest one batch stop all others for ever.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../node/clock.ts'
import { PeerworkError, toPeerworkError } from '../../protocol/errors.ts'
import type { ErrorCode } from '../../protocol/errors.ts'
import type { Sealed } from '../../protocol/seal.ts'
import type { TraceBatch } from '../../protocol/trace.ts'
import type { Ingest, Ingested, TraceStore } from '../store.ts'
import { backoff } from './backoff.ts'

/** What may wait for the store, bytes as sealed: a second of the fastest store. */
const WAITING_BYTES_MAX = 16 * 1024 * 1024
/** Of one producer, bytes: so that one who floods does not take the place of the others. */
const OF_ONE_BYTES_MAX = 2 * 1024 * 1024
/** Batches written together, count: 1,600 events, some 50 ms of the store. */
const GROUP_MAX = 32
/** Refusals of what was sent: it would be the same again. */
const FOR_GOOD: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['MALFORMED', 'INPUT_TOO_LARGE'])

export interface InboxOptions {
  readonly store: Pick<TraceStore, 'ingest'>
  readonly clock: Pick<Clock, 'chance'>
  readonly entryOf: (batch: Sealed<TraceBatch>) => Ingest
  /** The store has it, now or from before. */
  readonly stored: (batch: Sealed<TraceBatch>, how: Ingested) => void
  /** The store will never take it. */
  readonly refused: (batch: Sealed<TraceBatch>, why: PeerworkError) => void
  /** The store cannot take more, or can again. */
  readonly trouble: (error: PeerworkError | undefined) => void
}

export class Inbox {
  readonly #options: InboxOptions
  #queue: Sealed<TraceBatch>[] = []
  readonly #bytesOf = new Map<string, number>()
  #bytes = 0
  #taken = 0
  #done = 0
  #writing: Promise<void> | undefined
  readonly #ending = new AbortController()
  readonly #waiting = new Set<() => void>()

  constructor(options: InboxOptions) {
    this.#options = options
  }

  /** Batches that are not stored yet, count. */
  get size(): number {
    return this.#queue.length
  }

  /** Take it if there is room: for what cannot be held back. */
  offer(batch: Sealed<TraceBatch>): boolean {
    if (this.#ending.signal.aborted || this.#isFull(batch)) return false
    this.#push(batch)
    return true
  }

  /** Resolves when it is in the queue; false when nothing is taken any more. */
  async put(batch: Sealed<TraceBatch>): Promise<boolean> {
    while (!this.#ending.signal.aborted && this.#isFull(batch)) await this.#room()
    return this.offer(batch)
  }

  /** Resolves when everything that was taken until now is stored, or given up. */
  async settled(): Promise<void> {
    const until = this.#taken
    while (this.#done < until && !this.#ending.signal.aborted) await this.#room()
  }

  /** What is not stored yet is given up; it was acknowledged to nobody. */
  async close(): Promise<void> {
    this.#ending.abort()
    this.#wake()
    await this.#writing
  }

  /** Resolves when the next group was stored. */
  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve)
    })
  }

  #isFull({ body, bytes }: Sealed<TraceBatch>): boolean {
    const own = this.#bytesOf.get(body.from) ?? 0
    if (own > 0 && own + bytes.length > OF_ONE_BYTES_MAX) return true
    return this.#bytes > 0 && this.#bytes + bytes.length > WAITING_BYTES_MAX
  }

  #push(batch: Sealed<TraceBatch>): void {
    this.#queue.push(batch)
    this.#taken++
    this.#weigh(batch, 1)
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined
    })
  }

  #weigh({ body, bytes }: Sealed<TraceBatch>, sign: 1 | -1): void {
    this.#bytes += sign * bytes.length
    const own = (this.#bytesOf.get(body.from) ?? 0) + sign * bytes.length
    if (own > 0) this.#bytesOf.set(body.from, own)
    else this.#bytesOf.delete(body.from)
  }

  async #write(): Promise<void> {
    // What comes in this turn is written with it.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#queue.length > 0 && !this.#ending.signal.aborted) {
      const group = this.#queue.slice(0, GROUP_MAX)
      const outcomes = await this.#ingest(group.map(this.#options.entryOf))
      if (outcomes === undefined) return
      this.#queue.splice(0, group.length)
      this.#done += group.length
      for (const [at, batch] of group.entries()) {
        this.#weigh(batch, -1)
        const outcome = outcomes[at] ?? 'known'
        if (outcome instanceof PeerworkError) this.#options.refused(batch, outcome)
        else this.#options.stored(batch, outcome)
      }
      this.#wake()
    }
  }

  /** Until the store takes it, or nobody wants it any more. */
  async #ingest(entries: readonly Ingest[]): Promise<readonly Outcome[] | undefined> {
    const { store, trouble, clock } = this.#options
    for (let attempt = 0; !this.#ending.signal.aborted; attempt++) {
      try {
        const outcomes = await store.ingest(entries)
        if (attempt > 0) trouble(undefined)
        return outcomes
      } catch (thrown) {
        const error = toPeerworkError(thrown)
        if (FOR_GOOD.has(error.code)) {
          if (attempt > 0) trouble(undefined)
          return this.#apart(entries, error)
        }
        if (attempt === 0) trouble(error)
        const { signal } = this.#ending
        await sleep(backoff(attempt, clock.chance()), undefined, { signal }).catch(() => undefined)
      }
    }
    return undefined
  }

  /** One by one, to find those that are refused. */
  async #apart(
    entries: readonly Ingest[],
    why: PeerworkError
  ): Promise<readonly Outcome[] | undefined> {
    if (entries.length <= 1) return entries.map(() => why)
    const outcomes: Outcome[] = []
    for (const entry of entries) {
      const one = await this.#ingest([entry])
      if (one === undefined) return undefined
      outcomes.push(...one)
    }
    return outcomes
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }
}

/** What the store said, or why it will never take it. */
type Outcome = Ingested | PeerworkError
