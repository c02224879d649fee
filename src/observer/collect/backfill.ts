/**
 * Fetching what is missing: lists of what everybody has, compared with what is held, and questions
 * for the difference, few at once.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../node/clock.ts'
import type { Logger } from '../../node/logger.ts'
import type { HeldLog, HeldPage, LogAsk, LogName } from '../../node/trace/api.ts'
import type { TraceNews, Traces } from '../../node/trace/api.ts'
import { common, without } from '../../node/trace/ranges.ts'
import { toPeerworkError } from '../../protocol/errors.ts'
import type { Sealed } from '../../protocol/seal.ts'
import type { TraceHead } from '../../protocol/trace-head.ts'
import type { TraceStore } from '../store.ts'
import { Disputes } from './disputes.ts'
import type { Dispute } from './disputes.ts'
import { Asked, Holders } from './holders.ts'
import type { Inbox } from './inbox.ts'
import type { KnownLog } from './known-log.ts'
import type { KnownLogs } from './known-logs.ts'
import { lackedOf, lostIn } from './list-news.ts'
import { pagesOf } from './pages.ts'
import { Turns } from './turns.ts'

/** Questions at once, of all holders, count; one of each holder. */
const ASKED_AT_ONCE = 4
/**
 * How long one question may take of them, ms. Whoever answers drop by drop would keep all others
 * waiting; over a line of 1 MBit a second this is 1.2 MB.
 */
const TURN_MS = 10_000
/** Lists that are told at once, count: the longest takes some 20 MB of memory. */
const LISTS_AT_ONCE = 8
/** How long one may be told while others wait for theirs, ms. */
const LIST_TURN_MS = 5_000
/** How often everybody is asked what it has, ms. */
const LIST_EVERY_MS = 30_000
/** How often, as long as it gives us no tail, ms: the places for those can all be taken. */
const LIST_UNTAILED_MS = 10_000
/** How long after a list another one is not asked for, ms. */
const LIST_REST_MS = 2_000
/** When a newcomer is asked, ms: a tail brings the newest first. */
const SOON_MS = 400
/** What a tail is about to bring is not asked for, ms. */
const PATIENCE_MS = 1_500
/** Disputes with one holder that wait for their turn, count; its next list brings the rest. */
const DISPUTES_MAX = 8

export interface BackfillOptions {
  readonly traces: Pick<Traces, 'held' | 'get' | 'self'>
  readonly clock: Pick<Clock, 'chance' | 'elapsed'>
  readonly log: Logger
  readonly logs: KnownLogs
  readonly inbox: Pick<Inbox, 'settled'>
  readonly store: Pick<TraceStore, 'batches'>
  readonly take: (news: TraceNews, holder: string) => Promise<boolean>
  /** Whether a holder's own log comes in live. */
  readonly isTailed: (holder: string) => boolean
  /** What one question may take, ms; unless it is given, ten seconds. */
  readonly turnMs?: number
  /** Resolves when it is noted: nobody's list fills what waits for the store. */
  readonly heard: (head: Sealed<TraceHead>) => Promise<void> | undefined
  /** Of this log more is gone than was known. Resolves when it is noted. */
  readonly lost: (log: KnownLog) => Promise<unknown>
}

interface Holder {
  /** When it may be asked for a list again, by the monotonic clock. */
  listAfter: number
  timer: NodeJS.Timeout | undefined
  /** When that goes off, by the monotonic clock. */
  due: number
  listing: boolean
  /** When to look again, ms after the list that is being told now. */
  again: number
  asking: boolean
  /** What its newest list makes us ask it besides what is missing. */
  disputes: Dispute[]
}

interface Turn {
  readonly ask: LogAsk
  /** What it is about, when nothing is missing. */
  readonly dispute: Dispute | undefined
}

export class Backfill {
  readonly #options: BackfillOptions
  readonly #holders = new Map<string, Holder>()
  readonly #claims = new Holders()
  readonly #asked = new Asked()
  readonly #ending = new AbortController()
  readonly #running = new Set<Promise<void>>()
  readonly #disputes: Disputes
  readonly #lists = new Turns({ max: LISTS_AT_ONCE, turnMs: LIST_TURN_MS })
  #observers: ReadonlySet<string> = new Set()
  #asking = 0

  constructor(options: BackfillOptions) {
    this.#options = options
    this.#disputes = new Disputes(options)
  }

  /**
   * Those who can be asked now.
   *
   * @param observers those of them who keep the logs of others too
   */
  follow(holders: readonly string[], observers: readonly string[] = []): void {
    const present = new Set(holders)
    for (const holder of observers) if (!this.#observers.has(holder)) this.look(holder, SOON_MS)
    this.#observers = new Set(observers)
    for (const [holder, { timer, disputes }] of this.#holders) {
      if (present.has(holder)) continue
      clearTimeout(timer)
      for (const dispute of disputes) dispute.forget()
      this.#holders.delete(holder)
      this.#claims.gone(holder)
    }
    for (const holder of present) {
      if (this.#holders.has(holder)) continue
      this.#holders.set(holder, idle())
      this.look(holder, SOON_MS)
    }
  }

  /** Ask a holder what it has, soon. */
  look(holder: string, waitMs = 0): void {
    const one = this.#holders.get(holder)
    if (one === undefined || this.#ending.signal.aborted) return
    // One list at a time, however slowly it is told.
    if (one.listing) {
      one.again = Math.min(one.again, waitMs)
      return
    }
    const { elapsed } = this.#options.clock
    const wait = Math.max(waitMs, one.listAfter - elapsed())
    // What is due sooner stays so, however often somebody says later.
    if (one.due <= elapsed() + wait) return
    clearTimeout(one.timer)
    one.due = elapsed() + wait
    one.timer = setTimeout(() => this.#run(this.#list(holder)), wait).unref()
  }

  /** A tail was opened, anew perhaps: there may be more than it brings. */
  lookSoon(holder: string): void {
    this.look(holder, SOON_MS)
  }

  /** A head says that there is more than is held: ask the producer, if a tail does not bring it. */
  lacking(log: KnownLog): void {
    const one = this.#holders.get(log.by)
    if (one === undefined) return
    const due = one.listAfter - LIST_REST_MS + LIST_EVERY_MS
    if (due - this.#options.clock.elapsed() > PATIENCE_MS) this.look(log.by, PATIENCE_MS)
  }

  async stop(): Promise<void> {
    this.#ending.abort()
    for (const { timer } of this.#holders.values()) clearTimeout(timer)
    await Promise.all(this.#running)
  }

  #run(work: Promise<void>): void {
    const done = work.finally(() => this.#running.delete(done))
    this.#running.add(done)
  }

  async #list(holder: string): Promise<void> {
    const { clock, log } = this.#options
    const one = this.#holders.get(holder)
    if (one === undefined) return
    one.listAfter = clock.elapsed() + LIST_REST_MS
    Object.assign(one, { due: Infinity, listing: true, again: Infinity })
    let [every, pages] = [LIST_EVERY_MS, 0]
    try {
      for await (const logs of this.#pages(holder)) {
        await this.#told(holder, one, { logs, goesOn: pages++ > 0 })
        if (this.#holders.get(holder) !== one) return
      }
      if (!this.#options.isTailed(holder)) every = LIST_UNTAILED_MS
    } catch (thrown) {
      const { code, message: why } = toPeerworkError(thrown)
      if (!this.#ending.signal.aborted) log.debug({ holder, code, why }, 'no list')
    }
    one.listing = false
    // A long list counts as many.
    const later = every * Math.max(1, pages) * (0.75 + clock.chance() / 2)
    this.look(holder, Math.min(one.again, later))
  }

  #pages(holder: string): AsyncIterable<readonly HeldLog[]> {
    const { signal } = this.#ending
    const page = (after: LogName | undefined): Promise<HeldPage> =>
      this.#lists.take((turn) => {
        return this.#options.traces.held(holder, AbortSignal.any([turn, signal]), after)
      })
    return pagesOf({ page, signal, restMs: LIST_REST_MS })
  }

  async #told(
    holder: string,
    one: Holder,
    { logs, goesOn }: { logs: readonly HeldLog[]; goesOn: boolean }
  ): Promise<void> {
    const { logs: known } = this.#options
    for (const { head } of logs) if (head !== undefined) await this.#options.heard(head)
    for (const log of lostIn(logs, holder, known)) await this.#options.lost(log)
    const disputes = await this.#disputes.of(holder, logs, DISPUTES_MAX - one.disputes.length)
    // Whoever is gone by now would be remembered for ever.
    if (this.#holders.get(holder) !== one) {
      for (const dispute of disputes) dispute.forget()
      return
    }
    this.#claims.told(holder, lackedOf(logs, known), goesOn)
    one.disputes.push(...disputes)
    this.#ask()
  }

  /** As many questions as may be open at once. */
  #ask(): void {
    for (const [holder, one] of this.#holders) {
      if (this.#asking >= ASKED_AT_ONCE || this.#ending.signal.aborted) return
      if (one.asking) continue
      const ask = this.#claims.ask(holder, {
        missing: (name, claimed) => {
          const held = this.#options.logs.get(name)?.held ?? []
          return this.#asked.others(name, without(claimed, held))
        }
      })
      const dispute = ask === undefined ? one.disputes.shift() : undefined
      const next = ask ?? dispute?.ask
      if (next !== undefined) this.#run(this.#fetch(holder, one, { ask: next, dispute }))
    }
  }

  async #fetch(holder: string, one: Holder, { ask, dispute }: Turn): Promise<void> {
    one.asking = true
    this.#asking++
    this.#asked.add(ask)
    const { clock } = this.#options
    try {
      await this.#get(holder, ask)
      // What came again, or as a fork, would be asked for without end.
      if (!this.#grew(ask)) this.#claims.lacks(holder, ask)
    } catch {
      dispute?.forget()
      // Whoever breaks off is left alone for a moment, and then asked anew.
      this.#claims.gone(holder)
      const { signal } = this.#ending
      await sleep(LIST_REST_MS * clock.chance(), undefined, { signal }).catch(() => undefined)
      this.look(holder, LIST_REST_MS)
    } finally {
      this.#asked.remove(ask)
      one.asking = false
      this.#asking--
      // The others first: a few who always have more must not take all turns.
      if (this.#holders.get(holder) === one) {
        this.#holders.delete(holder)
        this.#holders.set(holder, one)
      }
    }
    this.#ask()
  }

  /** Whether any of what was asked for is held now. */
  #grew(ask: LogAsk): boolean {
    const held = this.#options.logs.get(ask)?.held ?? []
    return common(ask.ranges, held).length > 0
  }

  async #get(holder: string, ask: LogAsk): Promise<void> {
    const { traces, take, inbox, turnMs = TURN_MS } = this.#options
    const turn = AbortSignal.timeout(turnMs)
    try {
      const signal = AbortSignal.any([turn, this.#ending.signal])
      for await (const news of traces.get(holder, ask, signal)) {
        if (!(await take(news, holder))) return
      }
    } catch (error) {
      // Its turn is over; what it has brought is kept, and the rest is asked for again.
      if (!turn.aborted) throw error
    }
    // What is on its way to the store is not missing.
    await inbox.settled()
  }
}

const idle = (): Holder => ({
  ...{ listAfter: 0, timer: undefined, due: Infinity, listing: false, again: Infinity },
  ...{ asking: false, disputes: [] }
})
