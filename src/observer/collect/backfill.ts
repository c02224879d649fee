/**
 * Fetching what is missing: lists of what everybody has, compared with what is held, and questions
 * for the difference, few at once.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../node/clock.ts'
import type { Logger } from '../../node/logger.ts'
import type { HeldLog, LogAsk, TraceNews, Traces } from '../../node/trace/api.ts'
import { common, without } from '../../node/trace/ranges.ts'
import { toPeerworkError } from '../../protocol/errors.ts'
import type { Sealed } from '../../protocol/seal.ts'
import type { TraceHead } from '../../protocol/trace-head.ts'
import type { TraceStore } from '../store.ts'
import { Asked, Holders } from './holders.ts'
import type { Inbox } from './inbox.ts'
import type { KnownLog } from './known-log.ts'
import type { KnownLogs } from './known-logs.ts'

/** Questions at once, of all holders, count; one of each holder. */
const ASKED_AT_ONCE = 4
/** How often everybody is asked what it has, ms. */
const LIST_EVERY_MS = 30_000
/** How long after a list another one is not asked for, ms. */
const LIST_REST_MS = 2_000
/** When a newcomer is asked, ms: a tail brings the newest first. */
const SOON_MS = 400
/** What a tail is about to bring is not asked for, ms. */
const PATIENCE_MS = 1_500

export interface BackfillOptions {
  readonly traces: Pick<Traces, 'held' | 'get' | 'self'>
  readonly clock: Pick<Clock, 'chance' | 'elapsed'>
  readonly log: Logger
  readonly logs: KnownLogs
  readonly inbox: Pick<Inbox, 'settled'>
  readonly store: Pick<TraceStore, 'batches'>
  readonly take: (news: TraceNews, holder: string) => Promise<boolean>
  /** Resolves when it is noted: nobody's list fills what waits for the store. */
  readonly heard: (head: Sealed<TraceHead>) => Promise<void> | undefined
}

interface Holder {
  /** When it may be asked for a list again, by the monotonic clock. */
  listAfter: number
  timer: NodeJS.Timeout | undefined
  asking: boolean
}

export class Backfill {
  readonly #options: BackfillOptions
  readonly #holders = new Map<string, Holder>()
  readonly #claims = new Holders()
  readonly #asked = new Asked()
  readonly #ending = new AbortController()
  readonly #running = new Set<Promise<void>>()
  /** Disputes that were looked into, so that each is once. */
  readonly #disputed = new Set<string>()
  #observers: ReadonlySet<string> = new Set()
  #asking = 0

  constructor(options: BackfillOptions) {
    this.#options = options
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
    for (const [holder, { timer }] of this.#holders) {
      if (present.has(holder)) continue
      clearTimeout(timer)
      this.#holders.delete(holder)
      this.#claims.gone(holder)
    }
    for (const holder of present) {
      if (this.#holders.has(holder)) continue
      this.#holders.set(holder, { listAfter: 0, timer: undefined, asking: false })
      this.look(holder, SOON_MS)
    }
  }

  /** Ask a holder what it has, soon. */
  look(holder: string, waitMs = 0): void {
    const one = this.#holders.get(holder)
    if (one === undefined || this.#ending.signal.aborted) return
    const { elapsed } = this.#options.clock
    const wait = Math.max(waitMs, one.listAfter - elapsed())
    clearTimeout(one.timer)
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
    const { traces, clock, log } = this.#options
    const one = this.#holders.get(holder)
    if (one === undefined) return
    one.listAfter = clock.elapsed() + LIST_REST_MS
    try {
      const logs = await traces.held(holder, this.#ending.signal)
      for (const { head } of logs) if (head !== undefined) await this.#options.heard(head)
      this.#claims.told(holder, logs)
      for (const held of logs) this.#run(this.#settle(holder, held))
      this.#ask()
    } catch (thrown) {
      const { code, message: why } = toPeerworkError(thrown)
      if (!this.#ending.signal.aborted) log.debug({ holder, code, why }, 'no list')
    }
    this.look(holder, LIST_EVERY_MS * (0.75 + clock.chance() / 2))
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
      if (ask !== undefined) this.#run(this.#fetch(holder, one, ask))
    }
  }

  async #fetch(holder: string, one: Holder, ask: LogAsk): Promise<void> {
    one.asking = true
    this.#asking++
    this.#asked.add(ask)
    const { clock } = this.#options
    try {
      await this.#get(holder, ask)
      // What came again, or as a fork, would be asked for without end.
      if (!this.#grew(ask)) this.#claims.lacks(holder, ask)
    } catch {
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
    const { traces, take, inbox } = this.#options
    for await (const news of traces.get(holder, ask, this.#ending.signal)) {
      if (!(await take(news, holder))) return
    }
    // What is on its way to the store is not missing.
    await inbox.settled()
  }

  /** Two holders with different batches at one place: fetch the other one, as the proof. */
  async #settle(holder: string, held: HeldLog): Promise<void> {
    const log = this.#options.logs.get(held)
    if (log === undefined) return
    const ranges = held.forks.filter((first) => !log.forks.has(first)).map(numbersFrom)
    const { tip } = held
    if (tip !== undefined && (await this.#differs(log, tip))) {
      ranges.push({ from: 0, to: tip.first + 1 })
    }
    const wanted = common(held.ranges, ranges)
    const key = `${holder} ${held.by} ${held.boot} ${tip?.digest ?? ''} ${held.forks.join()}`
    if (wanted.length === 0 || this.#disputed.has(key)) return
    this.#disputed.add(key)
    if (this.#disputed.size > DISPUTES_MAX) this.#disputed.delete([...this.#disputed][0] ?? '')
    const ask = { by: held.by, boot: held.boot, ranges: wanted.slice(-1) }
    await this.#get(holder, ask).catch(() => this.#disputed.delete(key))
  }

  async #differs(log: KnownLog, { first, digest }: NonNullable<HeldLog['tip']>): Promise<boolean> {
    if (!log.held.some(({ from, to }) => from <= first && first < to)) return false
    if (log.tip?.first === first) return log.tip.digest !== digest && !log.forks.has(first)
    const range = { from: first, to: first + 1 }
    const own = await this.#options.store.batches(log.by, log.boot, range, 2)
    return own.length > 0 && own.every((batch) => batch.digest !== digest)
  }
}

/** Disputes that are remembered, count. */
const DISPUTES_MAX = 1_024

const numbersFrom = (first: number) => ({ from: first, to: first + 1 })
