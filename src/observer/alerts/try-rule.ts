/** What a rule would find now: nobody is told, and nothing is kept. */

import type { TraceStore } from '../store.ts'
import { plainly } from './alert.ts'
import type { Occurrence } from './alert.ts'
import { checkBudgets, checkHandoffs, checkIntegrity, checkLongWindow } from './checks.ts'
import { checkTraces, producersOf } from './checks.ts'
import type { Checking } from './checks.ts'
import type { Rule, RuleOf } from './rule.ts'
import { lastOf, shown, tripped, trips } from './watch.ts'

const MINUTE_MS = 60_000
/** Guards are looked back for so long, ms, and so many at most, count. */
const GUARDS_MS = 24 * 60 * MINUTE_MS
const GUARDS_MAX = 500

export interface Tried {
  readonly found: readonly Occurrence[]
  /** What was looked at, where that is not what the rule will: a sentence. */
  readonly note: string | null
}

/** @param now ms since 1970 */
export async function tryRule(rule: Rule, store: TraceStore, now: number): Promise<Tried> {
  const { found, note } = await look(rule, store, now)
  return { found: found.map(plainly), note }
}

async function look(rule: Rule, store: TraceStore, now: number): Promise<Tried> {
  const exactly = async (found: Promise<readonly Occurrence[]>): Promise<Tried> => ({
    ...{ found: await found, note: null }
  })
  const checking = { ...{ store, producers: [], now }, pending: AT_ONCE }
  if (rule.kind === 'trace') return exactly(checkTraces(rule, checking))
  if (rule.kind === 'handoff') return exactly(checkHandoffs(rule, checking))
  if (rule.kind === 'budget') return exactly(checkBudgets(rule, checking))
  if (rule.kind === 'absence') return exactly(absent(rule, store, now))
  if (rule.kind === 'guard') {
    return { found: await guards(rule, store, now), note: 'Of the guards of the last 24 hours.' }
  }
  if (rule.kind === 'threshold') return threshold(rule, checking)
  const producers = await producersOf(store)
  return {
    found: await checkIntegrity(rule, { ...checking, producers }),
    note: 'As it is now, however long it has been so.'
  }
}

/** As if everything had been so for ever. */
const AT_ONCE: Checking['pending'] = { since: () => 0, base: () => 0, keepOnly: () => undefined }

async function threshold(rule: RuleOf<'threshold'>, checking: Checking): Promise<Tried> {
  const { of, above, skill, spansMin = 1 } = rule
  if (of === 'p95Ms' || skill !== undefined) {
    const note = 'Durations and skills are counted as they come: this cannot be tried beforehand.'
    return { found: [], note }
  }
  const measured = await checkLongWindow(rule, checking)
  const note = 'By whole hours; shorter times are counted by the minute once it is watched.'
  if (measured[of] <= above || measured.ended < spansMin) return { found: [], note }
  const title = `${rule.name}: ${shown(of, measured[of])}`
  const detail = `Of ${measured.ended} spans. The limit is ${shown(of, above)}.`
  return { found: [{ rule, subject: 'all', title, detail, times: 0 }], note }
}

async function absent(
  rule: RuleOf<'absence'>,
  store: TraceStore,
  now: number
): Promise<readonly Occurrence[]> {
  const last = await lastOf(store, rule)
  if (now - last < rule.minutes * MINUTE_MS) return []
  const what = rule.agent ?? rule.skill ?? ''
  const since = last === 0 ? 'ever' : `for ${Math.floor((now - last) / MINUTE_MS)} minutes`
  const detail = `It is expected every ${rule.minutes} minutes.`
  return [{ rule, subject: what, title: `Nothing of ${what} ${since}`, detail, times: 0 }]
}

async function guards(
  rule: RuleOf<'guard'>,
  store: TraceStore,
  now: number
): Promise<readonly Occurrence[]> {
  const fromUs = (now - GUARDS_MS) * 1_000
  const query = { fromUs, types: ['guard.'], order: 'newest', limit: GUARDS_MAX } as const
  const { items } = await store.facts(query)
  const found = items.filter((fact) => trips(rule, fact)).map((fact) => tripped(rule, fact))
  return [...new Map(found.map((one) => [one.subject, one])).values()]
}
