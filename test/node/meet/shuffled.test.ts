import { expect, test } from 'vitest'
import { shuffled } from '../../../src/node/meet/shuffled.ts'

test('everything is still there, once, and what was given is left as it was', () => {
  const given = [1, 2, 3, 4, 5]
  expect(shuffled(given, Math.random).toSorted((a, b) => a - b)).toEqual(given)
  expect(given).toEqual([1, 2, 3, 4, 5])
})

test('chance decides the order, and every place can be the first', () => {
  expect(shuffled([1, 2, 3], () => 0)).toEqual([2, 3, 1])
  expect(shuffled([1, 2, 3], () => 0.999)).toEqual([1, 2, 3])
})
