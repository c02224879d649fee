/** Sums of money, from rollups. */

import type { UsageRow } from '../store.ts'
import { checkBudget } from './budget.ts'
import type { BudgetCheck } from './budget.ts'

interface Money {
  /** US dollars. */
  readonly cost: number
  readonly reported: number
  readonly estimated: number
  /** Calls whose cost nobody knows, count. */
  readonly unknown: number
}

export interface CostGroup extends Money {
  readonly name: string
  readonly spans: number
  readonly tokens: number
}

export interface Costs extends Money {
  readonly currency: 'USD'
  /** Dearest first. */
  readonly byModel: readonly CostGroup[]
  readonly byAgent: readonly CostGroup[]
  readonly budget: BudgetCheck | null
}

export function costsOf(rows: readonly UsageRow[], budget?: number): Costs {
  const spending = rows.filter(({ kind, cost }) => kind === 'model' || cost > 0)
  return {
    ...{ ...moneyOf(spending), currency: 'USD' },
    byModel: groups(spending, ({ model }) => model),
    byAgent: groups(spending, ({ agent }) => agent),
    budget: budget === undefined ? null : checkBudget(rows, budget)
  }
}

function groups(rows: readonly UsageRow[], nameOf: (row: UsageRow) => string): CostGroup[] {
  const all = [...Map.groupBy(rows, nameOf)].map(([name, some]) => ({
    ...{ name, ...moneyOf(some), spans: sum(some, ({ spans }) => spans) },
    tokens: sum(some, ({ input, output }) => input + output)
  }))
  return all.toSorted((a, b) => b.cost - a.cost || b.tokens - a.tokens)
}

const sum = (rows: readonly UsageRow[], pick: (row: UsageRow) => number): number =>
  rows.reduce((total, row) => total + pick(row), 0)

const moneyOf = (rows: readonly UsageRow[]): Money => ({
  cost: sum(rows, ({ cost }) => cost),
  reported: sum(rows, ({ costReported }) => costReported),
  estimated: sum(rows, ({ costEstimated }) => costEstimated),
  unknown: sum(rows, ({ costUnknown }) => costUnknown)
})
