/**
 * Watches what comes in, and looks into the store every few seconds, for what the rules say.
 *
 * A guard that trips is an alert, on the disk, before the next message is looked at; everything
 * else holds or does not, and is found at the next look. After a start the store is asked for what
 * came since the last look, so that whatever fell between two chairs is found then.
 */

import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../node/clock.ts'
import type { Fact, SpanPart } from '../model.ts'
import type { Ingest, TraceStore } from '../store.ts'
import { plain } from './alert.ts'
import type { Occurrence } from './alert.ts'
import type { Alerts } from './book.ts'
import { checkBudgets, checkHandoffs, checkIntegrity, checkLongWindow } from './checks.ts'
import { checkTraces, gather, money, producersOf, short } from './checks.ts'
import type { Checking } from './checks.ts'
import { Meter, SpanNews } from './meter.ts'
import { Pending } from './pending.ts'
import { MINUTES_COUNTED } from './rule.ts'
import type { Rule, RuleOf } from './rule.ts'
import type { Rules } from './rules.ts'

/** Before the last look, ms: clocks of producers differ, and events travel. */
const CATCH_UP_MS = 60 * 60 * 1_000
const MINUTE_MS = 60_000
/** Traces whose spans are counted anew after a start, count, and facts looked at. */
const RECOUNT_TRACES_MAX = 2_000
const CATCH_UP_FACTS_MAX = 20_000
const PAGE = 500
/** Guards that tripped between two looks and are told apart, count. */
const TRIPPED_MAX = 1_000
const MARK = 'looked'

export interface WatchParts {
  readonly db: DatabaseSync
  readonly store: TraceStore
  readonly rules: Rules
  readonly alerts: Alerts
  readonly clock: Clock
  readonly trouble: (error: unknown) => void
}

export class Watch {
  readonly #parts: WatchParts
  readonly #pending: Pending
  readonly #meters = new Map<string, { readonly of: string; readonly meter: Meter }>()
  /** When a span of what an absence rule means was last there, ms since 1970. */
  readonly #seen = new Map<string, number>()
  /** Tripped again, while their alert lives: written at the next look. */
  readonly #tripped = new Map<string, Occurrence>()
  readonly #news = new SpanNews()

  constructor(parts: WatchParts) {
    this.#parts = parts
    this.#pending = new Pending(parts.db, parts.clock.now)
    this.#followRules()
  }

  /** What came since the last look of the process before this one. */
  async catchUp(): Promise<void> {
    const { store, clock } = this.#parts
    const last = this.#lastLook()
    if (last !== undefined) await this.#oldFacts((last - CATCH_UP_MS) * 1_000, last * 1_000)
    if (this.#meters.size === 0) return
    const fromUs = (clock.now() - MINUTES_COUNTED * MINUTE_MS) * 1_000
    let after: string | undefined
    for (let seen = 0; seen < RECOUNT_TRACES_MAX; seen += PAGE) {
      const page = await store.traces({ fromUs, limit: PAGE, ...(after && { after }) })
      for (const { trace } of page.items) {
        const { items } = await store.spans(trace, { limit: PAGE })
        for (const span of items) this.#count(span)
      }
      after = page.next
      if (after === undefined) break
    }
  }

  /** Never throws: what is stored is stored, whatever becomes of the alerts. */
  take(entries: readonly Ingest[]): void {
    try {
      for (const { spans, facts } of entries) {
        if (this.#meters.size > 0 || this.#seen.size > 0) for (const one of spans) this.#count(one)
        for (const fact of facts) if (fact.type === 'guard.tripped') this.#guard(fact, false)
      }
    } catch (error) {
      this.#parts.trouble(error)
    }
  }

  /** One look at everything that holds. */
  async look(): Promise<void> {
    const { store, rules, alerts, clock, db } = this.#parts
    this.#followRules()
    const now = clock.now()
    const checking = { store, producers: await producersOf(store), pending: this.#pending, now }
    const found: Occurrence[] = [...this.#tripped.values()]
    this.#tripped.clear()
    for (const { rule, updated } of rules.list()) {
      if (rule.enabled) found.push(...(await this.#check({ rule, updated }, checking)))
    }
    this.#pending.write()
    alerts.raise(found)
    alerts.settle((id) => {
      const rule = rules.get(id)?.rule
      return rule?.enabled === true ? rule : undefined
    })
    db.prepare('INSERT OR REPLACE INTO mark (name, value) VALUES (?, ?)').run(MARK, now)
  }

  async #check(
    { rule, updated }: { rule: Rule; updated: number },
    checking: Checking
  ): Promise<readonly Occurrence[]> {
    if (rule.kind === 'trace') return checkTraces(rule, checking)
    if (rule.kind === 'handoff') return checkHandoffs(rule, checking)
    if (rule.kind === 'integrity') return checkIntegrity(rule, checking)
    if (rule.kind === 'budget') return checkBudgets(rule, checking)
    if (rule.kind === 'threshold') return this.#threshold(rule, checking)
    if (rule.kind === 'absence') return this.#absent(rule, updated)
    return []
  }

  async #threshold(rule: RuleOf<'threshold'>, checking: Checking): Promise<readonly Occurrence[]> {
    const { of, above, windowMinutes, spansMin = 1 } = rule
    const long = windowMinutes > MINUTES_COUNTED
    const measured = long
      ? { ...(await checkLongWindow(rule, checking)), p95Ms: 0 }
      : this.#meters.get(rule.id)?.meter.measure(checking.now * 1_000)
    if (measured === undefined || measured[of] <= above || measured.ended < spansMin) return []
    const title = `${rule.name}: ${shown(of, measured[of])}`
    const limit = `The limit is ${shown(of, above)}.`
    const detail = `Of ${measured.ended} spans within ${windowMinutes} minutes. ${limit}`
    return [{ rule, subject: 'all', title, detail, times: 0 }]
  }

  async #absent(rule: RuleOf<'absence'>, updated: number): Promise<readonly Occurrence[]> {
    const { store, clock } = this.#parts
    const now = clock.now()
    let last = this.#seen.get(rule.id)
    if (last === undefined || last === 0) {
      last = Math.max(updated, await lastOf(store, rule))
      this.#seen.set(rule.id, last)
    }
    if (now - last < rule.minutes * MINUTE_MS) return []
    const what = rule.agent ?? rule.skill ?? ''
    const title = `Nothing of ${short(what)} for ${Math.floor((now - last) / MINUTE_MS)} minutes`
    const detail = `It is expected every ${rule.minutes} minutes.`
    return [{ rule, subject: what, title, detail, times: 0 }]
  }

  #followRules(): void {
    const here = new Map(this.#parts.rules.list().map(({ rule }) => [rule.id, rule]))
    for (const id of this.#meters.keys()) if (!here.has(id)) this.#meters.delete(id)
    for (const id of this.#seen.keys()) if (!here.has(id)) this.#seen.delete(id)
    for (const [id, rule] of here) {
      if (rule.kind === 'absence' && !this.#seen.has(id)) this.#seen.set(id, 0)
      if (rule.kind !== 'threshold') continue
      const of = JSON.stringify(rule)
      if (this.#meters.get(id)?.of !== of) this.#meters.set(id, { of, meter: new Meter(rule) })
    }
  }

  #count(part: SpanPart): void {
    const nowMs = this.#parts.clock.now()
    for (const [id, last] of this.#seen) {
      const rule = this.#parts.rules.get(id)?.rule
      if (last === 0 || rule?.kind !== 'absence' || !isOf(part, rule)) continue
      const at = Math.min((part.endUs ?? part.startUs ?? 0) / 1_000, nowMs)
      if (at > last) this.#seen.set(id, at)
    }
    if (this.#meters.size === 0) return
    const news = this.#news.of(part)
    for (const { meter } of this.#meters.values()) meter.add(part, news, nowMs * 1_000)
  }

  /** @param old found in the store, where it may have been counted already */
  #guard(fact: Fact, old: boolean): void {
    const { rules, alerts } = this.#parts
    for (const { rule } of rules.list()) {
      if (rule.kind !== 'guard' || !rule.enabled || !trips(rule, fact)) continue
      const one = tripped(rule, fact)
      // Of those that a crowd makes one alert, each would be a write of its own to the disk.
      const lives = alerts.lives(rule.id, plain(one.subject, 300)) || alerts.isCrowded(rule.id)
      if (!lives) {
        alerts.raise([one])
        continue
      }
      const key = `${rule.id}\n${one.subject}`
      const before = this.#tripped.get(key)
      if (before === undefined && this.#tripped.size >= TRIPPED_MAX) continue
      if (!old) this.#tripped.set(key, { ...one, times: (before?.times ?? 0) + 1 })
    }
  }

  /** Those that fell between the store and the alerts when a process was killed. */
  async #oldFacts(fromUs: number, lastUs: number): Promise<void> {
    let after: string | undefined
    for (let seen = 0; seen < CATCH_UP_FACTS_MAX; seen += PAGE) {
      const types = ['guard.']
      const query = { fromUs, types, order: 'oldest', limit: PAGE } as const
      const page = await this.#parts.store.facts({ ...query, ...(after && { after }) })
      for (const fact of page.items) {
        if (fact.atUs >= lastUs || !this.#isKnown(fact)) this.#guard(fact, true)
      }
      after = page.next
      if (after === undefined) return
    }
  }

  /** Whether there is, or was, an alert that was opened after this happened. */
  #isKnown(fact: Fact): boolean {
    const { rules, db } = this.#parts
    const find = db.prepare('SELECT 1 FROM alert WHERE rule = ? AND subject = ? AND last >= ?')
    return rules.list().every(({ rule }) => {
      if (rule.kind !== 'guard' || !rule.enabled || !trips(rule, fact)) return true
      const subject = plain(tripped(rule, fact).subject, 300)
      return find.get(rule.id, subject, Math.floor(fact.atUs / 1_000)) !== undefined
    })
  }

  #lastLook(): number | undefined {
    const row = this.#parts.db.prepare('SELECT value FROM mark WHERE name = ?').get(MARK)
    return row === undefined ? undefined : Number(row['value'])
  }
}

const isOf = ({ agent, skill }: SpanPart, rule: RuleOf<'absence'>): boolean =>
  (rule.agent === undefined || rule.agent === agent) &&
  (rule.skill === undefined || rule.skill === skill)

const wordOf = ({ body }: Fact, name: string): string | undefined => {
  const value = body[name]
  return typeof value === 'string' ? value : undefined
}

export function trips({ guard, agent, action }: RuleOf<'guard'>, fact: Fact): boolean {
  if (guard !== undefined && guard !== wordOf(fact, 'guard')) return false
  if (agent !== undefined && agent !== fact.source.by) return false
  return action === 'any' || action === wordOf(fact, 'action')
}

export function tripped(rule: RuleOf<'guard'>, fact: Fact): Occurrence {
  const guard = wordOf(fact, 'guard') ?? 'a guard'
  const { by } = fact.source
  const did = wordOf(fact, 'action') === 'stopped' ? 'stopped' : 'warned'
  const reason = wordOf(fact, 'reason')
  const { limit, value } = fact.body
  const numbers = typeof value === 'number' && typeof limit === 'number'
  return {
    ...{ rule, subject: `${guard} of ${by}`, title: `${guard} ${did} ${short(by)}`, times: 1 },
    detail: `${numbers ? `${value} of ${limit}. ` : ''}${reason ?? ''}`.trim(),
    ...(fact.trace !== undefined && { trace: fact.trace })
  }
}

/** ms since 1970; 0 when it was never seen. */
export async function lastOf(
  store: TraceStore,
  { agent, skill }: RuleOf<'absence'>
): Promise<number> {
  if (skill === undefined) {
    const all = await store.agents({})
    return (all.find((one) => one.agent === agent)?.lastUs ?? 0) / 1_000
  }
  const asked = { skill, ...(agent !== undefined && { agent }) }
  const items = await gather((page) => store.traces({ ...asked, ...page }), 1)
  return Math.max(0, ...items.map(({ startUs, endUs }) => (endUs ?? startUs) / 1_000))
}

export function shown(of: RuleOf<'threshold'>['of'], value: number): string {
  if (of === 'cost') return money(value)
  if (of === 'errorShare') return `${Number((value * 100).toPrecision(3))} % errors`
  return of === 'errors' ? `${value} errors` : `p95 of ${Math.round(value)} ms`
}
