import { expect, test } from 'vitest'
import { emptyValues } from '../../src/cli/arguments.ts'
import { BUDGET, budgetOf, ROUTING, routingOf } from '../../src/cli/route-options.ts'

const routing = { ...emptyValues(ROUTING) } as unknown as Parameters<typeof routingOf>[0]
const budget = { ...emptyValues(BUDGET) } as unknown as Parameters<typeof budgetOf>[0]

test('what was not given says nothing', () => {
  expect(routingOf(routing)).toEqual({})
  expect(budgetOf(budget)).toEqual({})
})

test('each option becomes a part of what is submitted', () => {
  const given = { ...routing, model: ['a'], tag: ['b', 'c'], hedge: '2s', explain: true }
  expect(routingOf(given)).toEqual({ models: ['a'], tags: ['b', 'c'], hedge: '2s', explain: true })
  const limits = {
    ...{ 'budget-cpu': '2s', 'budget-tokens': '10', 'budget-cost': '0.5' },
    ...{ 'budget-bytes': '1000', 'budget-depth': '0' }
  }
  expect(budgetOf({ ...budget, ...limits })).toEqual({
    budget: { cpuMs: 2_000, tokens: 10, cost: 0.5, bytes: 1_000, depth: 0 }
  })
})

test('a hedge needs the freedom to ask a second peer', () => {
  const given = { ...routing, hedge: '2s' }
  expect(() => routingOf(given, 'alice')).toThrow(
    expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringContaining('--to') })
  )
  expect(routingOf(given)).toEqual({ hedge: '2s' })
})

test.each([
  ['budget-tokens', '1.5'],
  ['budget-bytes', '-1'],
  ['budget-cost', 'much'],
  ['budget-depth', ' '],
  ['budget-cpu', 'soon']
] as const)('--%s %s is refused', (option, text) => {
  expect(() => budgetOf({ ...budget, [option]: text })).toThrow(
    expect.objectContaining({ code: 'BAD_OPTION' })
  )
  expect(() => routingOf({ ...routing, hedge: 'later' })).toThrow('--hedge')
})
