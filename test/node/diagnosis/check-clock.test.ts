import { expect, test } from 'vitest'
import { checkClock, skewOf } from '../../../src/node/diagnosis/check-clock.ts'

const reading = (aheadMs: number, name: string | null = null, peer = 'peer') => {
  return { peer, name, aheadMs }
}

test('nobody to compare with is no fault', () => {
  expect(checkClock([])).toMatchObject({ code: 'CLOCK', level: 'pass', why: like(/not compared/) })
})

test.for([
  [29_000, 'pass'],
  [31_000, 'warn'],
  [-59_000, 'warn'],
  [61_000, 'fail'],
  [-300_000, 'fail']
] as const)('%i ms from the others is a %s', ([ms, level]) => {
  expect(checkClock([reading(ms), reading(ms), reading(ms)]).level).toBe(level)
})

test('by how much and in which direction is said, and who tells', () => {
  expect(checkClock([reading(-180_000, 'alice')])).toMatchObject({
    why: 'off by 3 min: it is ahead of that of alice, or that one is wrong',
    facts: { skewMs: 180_000, peers: 1 },
    hint: expect.stringContaining('timedatectl') as unknown
  })
  const three = [reading(300_000), reading(301_000), reading(299_000)]
  expect(checkClock(three).why).toBe('off by 5 min: it is behind the median of 3 peers')
})

test('of minutes, the odd second is not told: a card may have been a second on its way', () => {
  expect(checkClock([reading(-181_100, 'alice')]).why).toMatch(/^off by 3 min: /)
  expect(checkClock([reading(-47_000, 'alice')]).why).toMatch(/^off by 47 s: /)
})

test('one peer whose clock is off does not make this one wrong: it is named', () => {
  const found = checkClock([reading(100), reading(-200), reading(-180_000, 'bob'), reading(0)])
  expect(found).toMatchObject({ level: 'warn', why: 'right, but that of bob is 3 min behind' })
  expect(found.hint).toMatch(/that machine/)
})

test('the skew is the median, and of an even number the middle of the two in the middle', () => {
  expect(skewOf([])).toBeUndefined()
  expect(skewOf([reading(-1_000)])).toBe(1_000)
  expect(skewOf([reading(0), reading(-2_000)])).toBe(1_000)
  expect(skewOf([reading(0), reading(-9e9), reading(-2_000)])).toBe(2_000)
})

/** A bare pattern inside `toMatchObject` would fit any text. */
function like(pattern: RegExp): unknown {
  return expect.stringMatching(pattern)
}
