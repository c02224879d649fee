/**
 * The collector: everything that agents seal of their traces, into one store, and what is missing
 * of it known.
 *
 * It hears heads over gossip, tails whoever it is connected with, and asks for what it lacks:
 * the producer first, then other observers, to whom it hands on what it holds itself. Batches come
 * twice, late, out of order, or not at all; what counts is what the store has.
 */

import type { Clock } from '../../node/clock.ts'
import type { TraceNews, Traces } from '../../node/trace/api.ts'
import type { Logger } from '../../node/logger.ts'
import { toHex } from '../../protocol/canonical.ts'
import type { PeerworkError } from '../../protocol/errors.ts'
import type { Sealed } from '../../protocol/seal.ts'
import type { TraceBatch } from '../../protocol/trace.ts'
import type { TraceHead } from '../../protocol/trace-head.ts'
import type { Parts } from '../model.ts'
import type { Ingest, Ingested, TraceStore } from '../store.ts'
import { Backfill } from './backfill.ts'
import { findingFact } from './finding.ts'
import type { Finding } from './finding.ts'
import { Findings } from './findings.ts'
import { Inbox } from './inbox.ts'
import type { KnownLog } from './known-log.ts'
import { KnownLogs } from './known-logs.ts'
import { Pace } from './pace.ts'
import { Refusals } from './refusals.ts'
import { shelfOf } from './shelf.ts'
import { Tails } from './tails.ts'

/** How long after the store refused what a head says it is told again, ms. */
const NOTE_AGAIN_MS = 5_000
/** Producers of which nothing came but heads, and that the store is told of, count a start. */
const UNPROVEN_MAX = 8_192

export interface CollectorOptions {
  readonly traces: Traces
  readonly store: TraceStore
  /** What a batch says. */
  readonly fold: (batch: Sealed<TraceBatch>) => Parts
  readonly clock: Clock
  readonly log: Logger
}

/** How the collecting goes: for people, metrics and tests. */
export interface CollectorState {
  /** Producers and observers whose own log comes in live now. */
  readonly tailing: readonly string[]
  /** Batches that the store has not taken yet, count. */
  readonly waiting: number
  /** Why the store takes nothing, while it does not. */
  readonly trouble: PeerworkError | undefined
  readonly logs: readonly LogState[]
}

export interface LogState {
  readonly by: string
  readonly boot: string
  /** Events that there were, as far as is known, count. */
  readonly next: number
  /** Events that are not held, count. */
  readonly missing: number
  /** Events that the producer says are gone from its log, count. */
  readonly dropped: number
  readonly forks: number
  /** Batches that name another predecessor than the one that is held, count. */
  readonly broken: number
}

export class Collector implements AsyncDisposable {
  readonly #options: CollectorOptions
  readonly #logs: KnownLogs
  /** Heads that were noted though nothing of their producers was ever fetched, count. */
  #unproven = 0
  /** Logs of which the store has not taken what their producers said last. */
  readonly #unnoted = new Set<KnownLog>()
  #again: NodeJS.Timeout | undefined
  readonly #inbox: Inbox
  readonly #tails: Tails
  readonly #backfill: Backfill
  readonly #refusals: Refusals
  readonly #findings: Findings
  readonly #pace: Pace
  readonly #stops: (() => void)[] = []
  #trouble: PeerworkError | undefined

  private constructor(options: CollectorOptions) {
    const { traces, store, clock, log } = options
    this.#options = options
    this.#logs = new KnownLogs(clock, () => traces.holders())
    this.#findings = new Findings(clock.elapsed)
    this.#pace = new Pace(clock.elapsed)
    this.#refusals = new Refusals({ store, knows: (by) => this.#logs.knows(by) })
    this.#inbox = new Inbox({
      ...{ store, clock },
      entryOf: (batch) => this.#entry(batch),
      stored: (batch, how) => this.#stored(batch, how),
      refused: ({ body: { from } }, { code }) => this.#refusals.count(from, code),
      trouble: (error) => this.#troubled(error)
    })
    const take = (news: TraceNews, holder: string): Promise<boolean> => this.#take(news, holder)
    this.#backfill = new Backfill({
      ...{ traces, clock, logs: this.#logs, inbox: this.#inbox, take, log, store },
      heard: (head) => this.#head(head),
      lost: (log) => this.#note(log),
      isTailed: (holder) => this.#tails.isOpen(holder)
    })
    this.#tails = new Tails({
      ...{ traces, clock, take, log },
      placeOf: (by) => this.#placeOf(by),
      began: (holder) => this.#backfill.lookSoon(holder)
    })
  }

  /**
   * Begin to collect.
   *
   * @throws PeerworkError what the store cannot be read with
   */
  static async start(options: CollectorOptions): Promise<Collector> {
    const collector = new Collector(options)
    await collector.#start()
    return collector
  }

  state(): CollectorState {
    return {
      tailing: this.#tails.open(),
      waiting: this.#inbox.size,
      trouble: this.#trouble,
      logs: this.#logs.all().map(stateOf)
    }
  }

  /** Ends everything; what the store has not acknowledged will be fetched again. */
  async stop(): Promise<void> {
    for (const stop of this.#stops) stop()
    this.#pace.stop()
    clearTimeout(this.#again)
    await Promise.all([this.#tails.stop(), this.#backfill.stop()])
    await this.#inbox.close()
    await this.#refusals.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #start(): Promise<void> {
    const { traces, store } = this.#options
    this.#logs.restore(await store.starts())
    this.#stops.push(
      traces.share(shelfOf(store, this.#logs)),
      traces.listen((news) => this.#hear(news)),
      traces.onHolders(() => this.#holders())
    )
    this.#refusals.start()
    this.#holders()
  }

  #holders(): void {
    const holders = this.#options.traces.holders()
    this.#tails.follow(holders)
    this.#backfill.follow(holders, this.#options.traces.observers())
  }

  /** From gossip, which cannot be held back: what there is no room for is fetched later. */
  #hear(news: TraceNews): void {
    if (news.kind === 'head') void this.#head(news.head)
    else if (news.kind === 'refused') this.#refusals.note(news)
    else if (this.#meets(news.batch) !== undefined) this.#inbox.offer(news.batch)
  }

  /** From a stream, which waits. @returns false when nothing is taken any more */
  async #take(news: TraceNews, holder: string): Promise<boolean> {
    if (news.kind !== 'batch') await this.#pace.wait(holder)
    if (news.kind === 'head') await this.#head(news.head)
    // Who handed it over answers for it: what it claims to be proves nothing.
    else if (news.kind === 'refused') this.#refusals.note({ ...news, by: holder })
    else if (this.#meets(news.batch) !== undefined) return this.#inbox.put(news.batch)
    return true
  }

  #meets({ body }: Sealed<TraceBatch>): KnownLog | undefined {
    const name = { by: body.from, boot: toHex(body.boot) }
    const log = this.#logs.meet(name)
    if (log?.takes(body) === true) return log
    this.#refusals.count(name.by, 'BUSY')
    return undefined
  }

  /** Never rejects; a stream waits for it, so that a flood of heads waits there. */
  async #head(head: Sealed<TraceHead>): Promise<void> {
    const { body } = head
    const name = { by: body.from, boot: toHex(body.boot) }
    const log = this.#logs.meet(name)
    if (log === undefined || !log.hear(head)) return
    if (log.missingCount > 0) this.#backfill.lacking(log)
    // A row of the store for each key that anybody makes up would fill the disk.
    if (log.held.length === 0 && this.#unproven++ >= UNPROVEN_MAX) return
    await this.#note(log)
  }

  /** What is not noted would not be missed after a start. @returns whether it was */
  async #note(log: KnownLog): Promise<boolean> {
    const { head, by, boot } = log
    if (head === undefined) return true
    const { next, oldest, dropped, issued } = head.body
    const sealed = Buffer.from(head.bytes).toString('base64')
    const gone = log.gone.length > 0 ? { gone: log.gone } : {}
    const counters = { by, boot, next, oldest, dropped, issued, ...gone, head: sealed }
    try {
      await this.#options.store.noteCounters(counters)
      if (log.head === head) this.#unnoted.delete(log)
      return true
    } catch (error) {
      this.#warn(error)
      this.#unnoted.add(log)
      this.#again ??= setTimeout(() => void this.#noteAgain(), NOTE_AGAIN_MS).unref()
      return false
    }
  }

  async #noteAgain(): Promise<void> {
    this.#again = undefined
    for (const log of [...this.#unnoted]) if (!(await this.#note(log))) return
  }

  #entry(batch: Sealed<TraceBatch>): Ingest {
    const { body, bytes, digest } = batch
    const { from: by, first, events, issued } = body
    const kept = { by, boot: toHex(body.boot), first, count: events.length, issued, bytes }
    return { ...this.#options.fold(batch), batch: { ...kept, digest: toHex(digest) } }
  }

  #stored(batch: Sealed<TraceBatch>, how: Ingested): void {
    const { body } = batch
    const log = this.#logs.get({ by: body.from, boot: toHex(body.boot) })
    if (log === undefined) return
    if (how === 'forked') {
      if (log.forks.has(body.first)) return
      log.fork(body.first)
      this.#found('integrity.forked', log, body.first)
    } else if (!log.add(batch)) {
      this.#found('integrity.broken-chain', log, body.first)
    }
  }

  /** A producer lied: kept as a fact, so that it can be asked for, and alerts can see it. */
  #found(type: Finding['type'], { by, boot }: KnownLog, first: number): void {
    const { clock, traces, store, log } = this.#options
    const { count, told } = this.#findings.note(type, { by, boot })
    if (!told) return
    log.warn({ by, boot, first, count }, type)
    const found = { type, log: { by, boot }, first, count }
    const fact = findingFact({ ...found, at: clock.now(), self: traces.self })
    store.ingest([{ spans: [], handoffs: [], facts: [fact] }]).catch((error: unknown) => {
      this.#warn(error)
    })
  }

  #placeOf(by: string): { boot: string; next: number } | undefined {
    const log = this.#logs.newest(by)
    return log === undefined ? undefined : { boot: log.boot, next: log.next }
  }

  #troubled(error: PeerworkError | undefined): void {
    this.#trouble = error
    const { log } = this.#options
    if (error === undefined) log.info('the store takes traces again')
    else log.error({ code: error.code, why: error.message }, 'the store takes no traces')
  }

  #warn(error: unknown): void {
    this.#options.log.warn({ why: (error as Error).message }, 'not noted in the store')
  }
}

const stateOf = (log: KnownLog): LogState => ({
  ...{ by: log.by, boot: log.boot, missing: log.missingCount },
  next: Math.max(log.head?.body.next ?? 0, log.next),
  dropped: log.head?.body.dropped ?? 0,
  forks: log.forks.size,
  broken: log.broken
})
