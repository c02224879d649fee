import { expect, test } from 'vitest'
import { DEFAULT_RULES, rule } from '../../../src/observer/alerts/rule.ts'

const common = {
  ...{ name: 'A rule', enabled: true, severity: 'info' },
  ...{ renotifyMinutes: 60, resolveAfterMinutes: 5 }
}
const threshold = { kind: 'threshold', ...common, of: 'errors', above: 3, windowMinutes: 60 }

test('the rules that are there from the start are rules', () => {
  for (const { id: _, ...body } of DEFAULT_RULES) expect(rule.parse(body)).toEqual(body)
})

test.each([
  ['an unknown field', { ...threshold, more: 1 }],
  ['an unknown kind', { ...threshold, kind: 'other' }],
  ['a negative limit', { ...threshold, above: -1 }],
  ['an endless limit', { ...threshold, above: Infinity }],
  ['a window of no time', { ...threshold, windowMinutes: 0 }],
  ['a percentile over more than an hour', { ...threshold, of: 'p95Ms', windowMinutes: 61 }],
  ['a skill over more than an hour', { ...threshold, skill: 'x', windowMinutes: 61 }],
  ['the absence of anything', { kind: 'absence', ...common, minutes: 5 }],
  ['a name without end', { ...threshold, name: 'x'.repeat(201) }]
])('%s makes no rule', (_, body) => {
  expect(rule.safeParse(body).success).toBe(false)
})

test('what is wrong between two fields is said in words', () => {
  const { error } = rule.safeParse({ ...threshold, of: 'p95Ms', windowMinutes: 61 })
  expect(error?.issues[0]?.message).toBe('p95Ms needs a window of at most 60 minutes')
  expect(rule.safeParse({ ...threshold, windowMinutes: 61 }).success).toBe(true)
})
