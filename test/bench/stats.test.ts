import { expect, test } from 'vitest'
import { median, ratio } from '../../bench/stats.ts'

test('the median is the middle value, or the mean of the two in the middle', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([])).toBeNaN()
})

test('a ratio compares within rounds, so that a disturbed round does not tilt it', () => {
  // The second round was ten times slower for both.
  expect(ratio([2, 20, 2], [1, 10, 1])).toBe(2)
  expect(ratio([1], [])).toBeNaN()
})
