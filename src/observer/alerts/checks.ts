/**
 * What a rule finds when it asks the store: nothing that a restart or a `kill -9` could make it
 * forget, because it is all there.
 */

import { checkBudget } from '../query/budget.ts'
import { viewHandoff } from '../query/handoff-view.ts'
import { integrityOf } from '../query/integrity.ts'
import type { ProducerIntegrity } from '../query/integrity.ts'
import type { Page, TraceStore, UsageRow } from '../store.ts'
import type { Occurrence } from './alert.ts'
import type { Pending } from './pending.ts'
import type { Rule, RuleOf } from './rule.ts'

const MINUTE_US = 60_000_000
const MINUTE_MS = 60_000
/** Traces or handoffs that one look takes in, count, and questions that it asks for them. */
const FOUND_MAX = 1_000
const QUESTIONS_MAX = 20
const PAGE = 500

export interface Checking {
  readonly store: Pick<TraceStore, 'traces' | 'handoffs' | 'usage'>
  /** As the store has them now. */
  readonly producers: readonly ProducerIntegrity[]
  readonly pending: Pick<Pending, 'since' | 'base' | 'keepOnly'>
  /** ms since 1970 */
  readonly now: number
}

type Check<Kind extends Rule['kind']> = (
  rule: RuleOf<Kind>,
  checking: Checking
) => Promise<readonly Occurrence[]>

export const producersOf = async (store: Pick<TraceStore, 'holdings'>) =>
  integrityOf(await store.holdings()).producers

/** A page may be short though there are more: each question does bounded work. */
export async function gather<Item>(
  ask: (page: { limit: number; after?: string }) => Promise<Page<Item>>,
  most = FOUND_MAX
): Promise<readonly Item[]> {
  const items: Item[] = []
  let after: string | undefined
  for (let asked = 0; asked < QUESTIONS_MAX && items.length < most; asked++) {
    const limit = Math.min(PAGE, most - items.length)
    const page = await ask({ limit, ...(after !== undefined && { after }) })
    items.push(...page.items)
    after = page.next
    if (after === undefined) break
  }
  return items
}

export const money = (usd: number): string => `$${Number(usd.toPrecision(4))}`
const seconds = (ms: number): string => `${Number((ms / 1_000).toPrecision(4))} s`
export const short = (id: string): string => (id.length > 20 ? `…${id.slice(-8)}` : id)

/** Single traces that cost or took too much. */
export const checkTraces: Check<'trace'> = async (rule, { store, now }) => {
  const { of, above, agent, skill, windowMinutes } = rule
  const query = {
    fromUs: now * 1_000 - windowMinutes * MINUTE_US,
    ...(of === 'cost' ? { costAbove: above } : { durationAbove: above }),
    ...(agent !== undefined && { agent }),
    ...(skill !== undefined && { skill })
  }
  const items = await gather((page) => store.traces({ ...query, ...page }))
  return items.map(({ trace, name, cost, startUs, endUs }) => {
    const took = ((endUs ?? startUs) - startUs) / 1_000
    const what = of === 'cost' ? `cost ${money(cost)}` : `took ${seconds(took)}`
    const limit = of === 'cost' ? money(above) : seconds(above)
    const title = `${name} ${what}`
    return { rule, subject: trace, trace, title, detail: `The limit is ${limit}.`, times: 0 }
  })
}

/** Pairs of agents between which handoffs failed. */
export const checkHandoffs: Check<'handoff'> = async (rule, { store, now }) => {
  const fromUs = now * 1_000 - rule.windowMinutes * MINUTE_US
  const endings = ['error', 'rejected'] as const
  const told = await Promise.all(
    endings.map((status) => gather((page) => store.handoffs({ fromUs, status, ...page })))
  )
  const failed = new Map(
    told
      .flat()
      .map(viewHandoff)
      .filter(({ status }) => status === 'error' || status === 'rejected')
      .map((one) => [`${one.trace} ${one.id}`, one] as const)
  )
  const pairs = Map.groupBy(failed.values(), ({ from, to }) => `${from ?? '?'} → ${to ?? '?'}`)
  return [...pairs].flatMap(([subject, handoffs]) => {
    const [newest] = handoffs
    if (newest === undefined || handoffs.length < rule.failures) return []
    if (rule.from !== undefined && newest.from !== rule.from) return []
    if (rule.to !== undefined && newest.to !== rule.to) return []
    const why = newest.error === null ? newest.status : newest.error.code
    const between = `${short(newest.from ?? '?')} → ${short(newest.to ?? '?')}`
    const title = `${handoffs.length} handoffs failed: ${between}`
    const detail = `Within ${rule.windowMinutes} minutes; the last one with ${why}.`
    return [{ rule, subject, title, detail, trace: newest.trace, times: 0 }]
  })
}

export const checkIntegrity: Check<'integrity'> = async (rule, checking) => {
  if (rule.of === 'fork') return forks(rule, checking)
  return rule.of === 'gap' ? gaps(rule, checking) : refusals(rule, checking)
}

function forks(rule: RuleOf<'integrity'>, { producers }: Checking): readonly Occurrence[] {
  return producers.flatMap(({ by, boot, forks: found }) =>
    found.map(({ first }) => ({
      ...{ rule, subject: `${by}/${boot}/${first}`, times: 1, once: true },
      title: `${short(by)} signed two contents for event ${first}`,
      detail: 'Both are kept as proof. Its key is in two hands, or it lies.'
    }))
  )
}

/** The first that is missing counts: what comes in while it is waited for moves it. */
function gaps(rule: RuleOf<'integrity'>, checking: Checking): readonly Occurrence[] {
  const { producers, pending, now } = checking
  const open = producers.filter(({ missing }) => missing > rule.above)
  const found = open.flatMap(({ by, boot, missing, gaps: [first] }) => {
    const subject = `${by}/${boot}`
    const since = pending.since(rule.id, subject, first?.from ?? 0)
    if (now - since < rule.minutes * MINUTE_MS) return []
    const title = `${missing} events of ${short(by)} are missing`
    const detail = `They exist, and nobody in reach has them. From event ${first?.from ?? 0} on.`
    return [{ rule, subject, title, detail, times: 0 }]
  })
  pending.keepOnly(rule.id, new Set(open.map(({ by, boot }) => `${by}/${boot}`)))
  return found
}

function refusals(rule: RuleOf<'integrity'>, checking: Checking): readonly Occurrence[] {
  const { producers, pending, now } = checking
  const counts = new Map<string, number>()
  for (const { by, refused } of producers) {
    const count = Object.values(refused).reduce((sum, one) => sum + one, 0)
    counts.set(by, (counts.get(by) ?? 0) + count)
  }
  return [...counts].flatMap(([by, count]) => {
    const base = pending.base(rule.id, by, count, now - rule.minutes * MINUTE_MS)
    if (count - base <= rule.above) return []
    const title = `${count - base} messages of ${short(by)} were refused`
    const detail = `Within ${rule.minutes} minutes; peerwork observe shows by which code.`
    return [{ rule, subject: by, title, detail, times: 0 }]
  })
}

export const checkBudgets: Check<'budget'> = async (rule, { store, now }) => {
  const { usd, period, at } = rule
  const fromUs = startOf(period, now) * 1_000
  const rows = rowsOf(rule, await store.usage({ fromUs, bucket: 'day' }))
  const { spent, share, unknown } = checkBudget(rows, usd)
  if (share < at) return []
  const percent = Number.isFinite(share) ? `${Math.round(share * 100)} %` : 'more than all'
  const title = `${percent} of the budget of ${money(usd)} a ${period} is spent`
  const more = unknown > 0 ? ` ${unknown} calls have no known price and are not in it.` : ''
  // Each period is told of by itself.
  const subject = new Date(fromUs / 1_000).toISOString().slice(0, period === 'day' ? 10 : 7)
  return [{ rule, subject, title, detail: `${money(spent)} so far.${more}`, times: 0 }]
}

/** Sums by the hour, for windows longer than what is counted by the minute. */
export async function checkLongWindow(
  rule: RuleOf<'threshold'>,
  { store, now }: Checking
): Promise<{ ended: number; errors: number; cost: number; errorShare: number }> {
  const fromUs = now * 1_000 - rule.windowMinutes * MINUTE_US
  const rows = rowsOf(rule, await store.usage({ fromUs, bucket: 'hour' }))
  const sum = { ended: 0, errors: 0, cost: 0 }
  for (const { spans, errors, cost } of rows) {
    sum.ended += spans
    sum.errors += errors
    sum.cost += cost
  }
  return { ...sum, errorShare: sum.ended === 0 ? 0 : sum.errors / sum.ended }
}

function rowsOf(
  { agent, model }: RuleOf<'budget'> | RuleOf<'threshold'>,
  rows: readonly UsageRow[]
): readonly UsageRow[] {
  return rows.filter(
    (row) =>
      (agent === undefined || row.agent === agent) && (model === undefined || row.model === model)
  )
}

/** UTC. */
function startOf(period: 'day' | 'month', now: number): number {
  const date = new Date(now)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  return Date.UTC(year, month, period === 'day' ? date.getUTCDate() : 1)
}
