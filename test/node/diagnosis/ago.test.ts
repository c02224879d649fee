import { expect, test } from 'vitest'
import { since, span } from '../../../src/node/diagnosis/ago.ts'

test.for([
  [0, '0 s'],
  [-59_400, '59 s'],
  [60_000, '1 min'],
  [192_000, '3 min 12 s'],
  [3_600_000, '1 h'],
  [7_500_000, '2 h 5 min'],
  [4 * 86_400_000, '4 days']
] as const)('%i ms are %s', ([ms, text]) => {
  expect(span(ms)).toBe(text)
})

test('a time is told with how long ago it was', () => {
  const noon = Date.UTC(2026, 0, 2, 12, 3, 9)
  expect(since(noon, noon + 180_000)).toBe('since 12:03:09 UTC (3 min)')
})
