/** Who hands to whom, counted. */

import type { Handoff } from '../../types.ts'
import { hasEnded, hasFailed } from '../sequence/messages.ts'
import { quantile, tookMs } from '../sequence/split.ts'

export interface Edge {
  /** Ids, as handoffs tell them; empty for nobody. */
  readonly from: string
  readonly to: string
  readonly handoffs: readonly Handoff[]
  readonly count: number
  readonly failures: number
  /** Offered, and no end is known. */
  readonly open: number
  /** ms; null when no times were told. */
  readonly p95Ms: number | null
  /** US dollars; null when nobody told any. */
  readonly cost: number | null
}

/** The busiest first. */
export function edgesOf(handoffs: readonly Handoff[]): readonly Edge[] {
  const ends = ({ from, to }: Handoff): string => JSON.stringify([from ?? '', to ?? ''])
  const groups = [...Map.groupBy(handoffs, ends).values()]
  return groups.map(edgeOf).toSorted((a, b) => b.count - a.count || (a.from < b.from ? -1 : 1))
}

function edgeOf(all: readonly Handoff[]): Edge {
  const [first] = all
  const times = all.flatMap((one) => tookMs(one) ?? [])
  const costs = all.flatMap(({ cost }) => cost ?? [])
  return {
    ...{ from: first?.from ?? '', to: first?.to ?? '', handoffs: all, count: all.length },
    failures: all.filter(hasFailed).length,
    open: all.filter((one) => !hasEnded(one)).length,
    p95Ms: quantile(times, 0.95),
    cost: costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0)
  }
}
