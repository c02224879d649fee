import { expect, test } from 'vitest'
import { systemTraceClock } from '../../src/trace/clock.ts'

test('time is ms since 1970 with fractions, and goes on', () => {
  const before = Date.now() - 1
  const times = Array.from({ length: 200 }, () => systemTraceClock.now())
  expect(times[0]).toBeGreaterThan(before - 1_000)
  expect(times.at(-1)).toBeLessThan(Date.now() + 1_000)
  expect(times.some((time) => !Number.isInteger(time))).toBe(true)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
})

test('chance gives other bytes each time', () => {
  const ids = Array.from({ length: 100 }, () =>
    Buffer.from(systemTraceClock.random(8)).toString('hex')
  )
  expect(new Set(ids).size).toBe(100)
  expect(ids[0]).toMatch(/^[0-9a-f]{16}$/)
})
