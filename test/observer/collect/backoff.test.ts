import { expect, test } from 'vitest'
import { backoff } from '../../../src/observer/collect/backoff.ts'

test('each wait is up to twice the last one, and never over half a minute', () => {
  expect([0, 1, 2, 3].map((attempt) => backoff(attempt, 1))).toEqual([250, 500, 1_000, 2_000])
  expect(backoff(3, 0)).toBe(1_000)
  expect([10, 100, 10_000].map((attempt) => backoff(attempt, 1))).toEqual([30_000, 30_000, 30_000])
})
