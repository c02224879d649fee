/** Whether what was spent is within a budget. */

import type { UsageRow } from '../store.ts'

/** From which share of the limit on it is worth a word, and from which one must act. */
const WARNING = 0.75
const CRITICAL = 0.9

export interface BudgetCheck {
  readonly state: 'ok' | 'warning' | 'critical' | 'exceeded'
  /** US dollars. */
  readonly spent: number
  readonly limit: number
  readonly left: number
  /** Part of the limit, 0 to 1 and beyond. */
  readonly share: number
  /** Of what was spent: estimated by list prices. */
  readonly estimated: number
  /** Calls whose cost nobody knows, count: the true sum may be larger. */
  readonly unknown: number
}

export function checkBudget(rows: readonly UsageRow[], limit: number): BudgetCheck {
  const sum = (pick: (row: UsageRow) => number): number =>
    rows.reduce((total, row) => total + pick(row), 0)
  const spent = sum(({ cost }) => cost)
  const share = limit > 0 ? spent / limit : spent > 0 ? Infinity : 0
  return {
    ...{ state: stateOf(share), spent, limit, left: Math.max(0, limit - spent), share },
    estimated: sum(({ costEstimated }) => costEstimated),
    unknown: sum(({ costUnknown }) => costUnknown)
  }
}

function stateOf(share: number): BudgetCheck['state'] {
  if (share > 1) return 'exceeded'
  if (share >= CRITICAL) return 'critical'
  return share >= WARNING ? 'warning' : 'ok'
}
