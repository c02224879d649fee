import { expect, test } from 'vitest'
import { Settled } from '../../../src/observer/export/settled.ts'

test('what was there before has waited, and what comes waits its time', () => {
  const settled = new Settled(2_000, 5)
  expect(settled.look(100, 5)).toBe(5)
  expect(settled.look(200, 7)).toBe(5)
  expect(settled.look(1_200, 9)).toBe(5)
  expect(settled.look(2_199, 9)).toBe(5)
  expect(settled.look(2_200, 9)).toBe(7)
  expect(settled.look(3_200, 9)).toBe(9)
})

test('what comes without a pause holds nothing up, nor is more remembered than waits', () => {
  const settled = new Settled(2_000, 0)
  for (let second = 1; second <= 1_000; second++) {
    const seq = settled.look(second * 1_000, second)
    expect(seq).toBe(Math.max(0, second - 2))
  }
})

test('without a wait all is due at once', () => {
  expect(new Settled(0, 0).look(1, 3)).toBe(3)
})
