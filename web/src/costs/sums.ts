/** Sums of usage for tables and bars: by model, by agent, by hour or day. */

import type { Usage } from '../types.ts'
import type { Edges } from './window.ts'

export type UsageRow = Usage['rows'][number]

const FIELDS = [
  ...['spans', 'errors', 'input', 'output', 'cacheRead', 'cacheWrite', 'reasoning'],
  ...['cost', 'costReported', 'costEstimated', 'costUnknown']
] as const

type Numbers = Record<(typeof FIELDS)[number], number>

/** Rows of usage added up: what is counted in each. */
export interface Sum extends Readonly<Numbers> {
  readonly name: string
}

/** Spans around a call of a model tell of the same tokens: only what is paid for counts. */
export const isPaid = ({ kind, cost }: UsageRow): boolean => kind === 'model' || cost > 0

export function sumOf(rows: readonly UsageRow[], name = ''): Sum {
  const sum = Object.fromEntries(FIELDS.map((field) => [field, 0])) as Numbers
  for (const row of rows) {
    for (const field of FIELDS as readonly (keyof Numbers)[]) sum[field] += row[field]
  }
  return { name, ...sum }
}

/** Dearest first, then by tokens. */
export function sumsBy(rows: readonly UsageRow[], nameOf: (row: UsageRow) => string): Sum[] {
  const groups = new Map<string, UsageRow[]>()
  for (const row of rows) {
    const name = nameOf(row)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [row])
    else group.push(row)
  }
  return [...groups]
    .map(([name, some]) => sumOf(some, name))
    .toSorted((a, b) => b.cost - a.cost || tokensOf(b) - tokensOf(a) || (a.name < b.name ? -1 : 1))
}

/** Cached and reasoning tokens are parts of the others. */
export const tokensOf = ({ input, output }: Pick<Sum, 'input' | 'output'>): number => input + output

export const MEASURES = ['cost', 'tokens', 'spans', 'errors'] as const
export type Measure = (typeof MEASURES)[number]

export interface Bar {
  /** Start, ms since 1970. */
  readonly atMs: number
  readonly value: number
  /** The part of a cost that was estimated. */
  readonly estimated: number
}

const HOUR_MS = 3_600_000
/** Bars of one chart, count: a month of hours; of more the newest are shown. */
export const BARS_MAX = 744

/** One bar for every hour or day, also for those in which nothing happened. */
export function barsOf(
  rows: readonly UsageRow[],
  measure: Measure,
  { fromMs, toMs, grain }: Edges & { readonly grain: 'hour' | 'day' }
): Bar[] {
  const step = grain === 'hour' ? HOUR_MS : 24 * HOUR_MS
  const floor = (ms: number): number => Math.floor(ms / step) * step
  const values = new Map<number, { value: number; estimated: number }>()
  for (const row of rows) {
    const at = floor(row.bucketUs / 1_000)
    const before = values.get(at) ?? { value: 0, estimated: 0 }
    const value = before.value + valueOf(row, measure)
    values.set(at, { value, estimated: before.estimated + row.costEstimated })
  }
  const first = floor(fromMs ?? Math.min(toMs - 1, ...values.keys()))
  const last = floor(toMs - 1)
  const count = Math.min(BARS_MAX, Math.max(1, (last - first) / step + 1))
  return Array.from({ length: count }, (_, at) => {
    const atMs = last - (count - 1 - at) * step
    const { value, estimated } = values.get(atMs) ?? { value: 0, estimated: 0 }
    return { atMs, value, estimated: measure === 'cost' ? estimated : 0 }
  })
}

function valueOf(row: UsageRow, measure: Measure): number {
  if (measure === 'tokens') return isPaid(row) ? tokensOf(row) : 0
  return row[measure]
}
