import { expect, test } from 'vitest'
import { checkBudget } from '../../../src/observer/query/budget.ts'
import type { UsageRow } from '../../../src/observer/store.ts'

const row = (cost: number, costUnknown = 0): UsageRow => ({
  ...{ bucketUs: 0, agent: 'a', model: 'm', kind: 'model', spans: 1, errors: 0, durationMs: 1 },
  ...{ input: 1, output: 1, cacheRead: 0, cacheWrite: 0, reasoning: 0, cost, costUnknown },
  ...{ costReported: 0, costEstimated: cost }
})

test.for([
  [[0.5], 'ok'],
  [[0.5, 0.3], 'warning'],
  [[0.95], 'critical'],
  [[0.6, 0.6], 'exceeded']
] as const)('%j of 1 is %s', ([costs, state]) => {
  expect(
    checkBudget(
      costs.map((cost) => row(cost)),
      1
    ).state
  ).toBe(state)
})

test('what nobody knows is counted, and what is left is never less than nothing', () => {
  const check = checkBudget([row(3, 2)], 1)
  expect(check).toMatchObject({ unknown: 2, left: 0, spent: 3, estimated: 3 })
  expect(checkBudget([], 0)).toMatchObject({ state: 'ok', share: 0 })
  expect(checkBudget([row(1)], 0)).toMatchObject({ state: 'exceeded' })
})
