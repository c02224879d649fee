import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/node/clock.ts'

test('the wall clock tells this time, the other one only grows', async () => {
  const { now, elapsed } = systemClock
  expect(Math.abs(now() - Date.parse(new Date().toISOString()))).toBeLessThan(1_000)
  const before = elapsed()
  await sleep(5)
  expect(elapsed()).toBeGreaterThan(before)
})

test('chance is from 0 up to 1, and random bytes never repeat', () => {
  const { chance, random } = systemClock
  const chances = Array.from({ length: 100 }, chance)
  expect(chances.every((value) => value >= 0 && value < 1)).toBe(true)
  expect(new Set(chances).size).toBeGreaterThan(90)
  const ids = Array.from({ length: 100 }, () => Buffer.from(random(16)).toString('hex'))
  expect(new Set(ids).size).toBe(100)
  expect(ids[0]).toHaveLength(32)
})
