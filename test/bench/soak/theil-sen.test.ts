import { expect, test } from 'vitest'
import { slopeOf } from '../../../bench/soak/theil-sen.ts'

const line = Array.from({ length: 20 }, (_, n) => [n, 5 + n / 2] as const)

test('the slope of a line is its slope', () => {
  expect(slopeOf(line)).toBe(0.5)
})

test('a few samples far off do not move it', () => {
  const far = line.map(([time, value]) => [time, time % 5 === 0 ? value + 100 : value] as const)
  expect(slopeOf(far)).toBeCloseTo(0.5, 1)
})

test('of one sample there is none', () => {
  expect(slopeOf([[1, 1]])).toBeNaN()
})
