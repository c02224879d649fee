import { expect, test } from 'vitest'
import { brief, until } from '../../../src/cli/membership/when.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

test('a time tells the day, the hour, and how far it is', () => {
  const at = new Date(2026, 11, 5, 4, 30).getTime()
  expect(until(at, at - 14 * DAY_MS + 5_000)).toBe('2026-12-05 04:30 (in 14 days)')
  expect(until(at, at - DAY_MS)).toBe('2026-12-05 04:30 (in 24 h)')
  expect(until(at, at + 3 * DAY_MS)).toBe('2026-12-05 04:30 (3 days ago)')
})

test('in columns one unit is enough', () => {
  expect([365 * DAY_MS - 5, 30 * HOUR_MS, 90_000, 1_500, -3].map(brief)).toEqual([
    '365 days',
    '30 h',
    '1 min',
    '1 s',
    '0 s'
  ])
})
