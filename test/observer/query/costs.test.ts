import { expect, test } from 'vitest'
import { costsOf } from '../../../src/observer/query/costs.ts'
import type { UsageRow } from '../../../src/observer/store.ts'

const row = (model: string, more: Partial<UsageRow> = {}): UsageRow => ({
  ...{ bucketUs: 0, agent: 'alice', model, kind: 'model', spans: 1, errors: 0, durationMs: 1 },
  ...{ input: 10, output: 5, cacheRead: 0, cacheWrite: 0, reasoning: 0, cost: 0 },
  ...{ costReported: 0, costEstimated: 0, costUnknown: 0 },
  ...more
})

test('money is summed by model and by agent, dearest first; at the same price by tokens', () => {
  const costs = costsOf([
    row('small', { cost: 1, costEstimated: 1 }),
    row('large', { cost: 3, costReported: 3, agent: 'bob' }),
    row('large', { cost: 2, costReported: 2 }),
    row('own', { costUnknown: 4 }),
    row('', { kind: 'step', spans: 100 })
  ])
  expect(costs).toMatchObject({ cost: 6, reported: 5, estimated: 1, unknown: 4, budget: null })
  expect(costs.byModel.map(({ name, cost }) => [name, cost])).toEqual([
    ['large', 5],
    ['small', 1],
    ['own', 0]
  ])
  expect(costs.byAgent.map(({ name, cost }) => [name, cost])).toEqual([
    ['alice', 3],
    ['bob', 3]
  ])
})

test('a budget is held against all of it', () => {
  const rows = [row('m', { cost: 9, costReported: 9 })]
  expect(costsOf(rows, 10).budget).toMatchObject({ state: 'critical', left: 1, share: 0.9 })
})
