import { expect, test } from 'vitest'
import { REST_MS_MAX, sinceFirst } from '../../../src/gateway/shares/moments.ts'

const DAY_US = 24 * 60 * 60 * 1e6
const now = Date.UTC(2026, 10, 21) * 1_000

test('moments stand from the first one on', () => {
  const times = sinceFirst([now + 2_500, now, now + DAY_US, now])
  expect([now, now + 2_500, now + DAY_US].map(times)).toEqual([0, 2.5, DAY_US / 1_000])
})

test('a rest that no run has is left out, and the order stays', () => {
  const given = [1_000, 5_000, now, now + 7_000, now + 9e15]
  expect(given.map(sinceFirst(given))).toEqual([0, 4, 4, 11, 11])
})

test('the longest rest that is believed is told as it was', () => {
  const most = REST_MS_MAX * 1_000
  const given = [now, now + most, now + 2 * most + 1]
  expect(given.map(sinceFirst(given))).toEqual([0, REST_MS_MAX, REST_MS_MAX])
})
