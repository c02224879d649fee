import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { common, insert, joined, sizeOf, touches, without } from '../../../src/node/trace/ranges.ts'

const ranges = fc.array(
  fc.tuple(fc.nat(40), fc.nat(8)).map(([from, length]) => ({ from, to: from + length })),
  { maxLength: 8 }
)
const numbers = (list: readonly { from: number; to: number }[]): Set<number> =>
  new Set(list.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, at) => from + at)))

const isTidy = (list: readonly { from: number; to: number }[]): boolean =>
  list.every(({ from, to }, at) => from < to && from > (list[at - 1]?.to ?? -1))

test('ranges behave as the sets of numbers that they stand for', () => {
  fc.assert(
    fc.property(ranges, ranges, (first, second) => {
      const [one, other] = [joined(first), joined(second)]
      const [ones, others] = [numbers(first), numbers(second)]
      expect(numbers(one)).toEqual(ones)
      expect(numbers(without(one, other))).toEqual(ones.difference(others))
      expect(numbers(common(one, other))).toEqual(ones.intersection(others))
      expect(sizeOf(one)).toBe(ones.size)
      expect([one, without(one, other), common(one, other)].every(isTidy)).toBe(true)
    })
  )
})

test('one range put into others gives what joining all of them gives', () => {
  const one = fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 8 }))
  fc.assert(
    fc.property(ranges, one, (some, [from, length]) => {
      const added = { from, to: from + length }
      const list = joined(some)
      const news = numbers([added]).difference(numbers(list)).size
      const beside = numbers([{ from: from - 1, to: added.to + 1 }])
      expect(touches(list, added)).toBe(!beside.isDisjointFrom(numbers(list)))
      expect(insert(list, added)).toBe(news)
      expect(list).toEqual(joined([...some, added]))
    })
  )
})
