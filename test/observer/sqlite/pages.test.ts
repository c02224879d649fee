import { expect, test } from 'vitest'
import { LOOKED_MS_MAX, pageOf, walk } from '../../../src/observer/sqlite/pages.ts'

const numbers = (a: number, b: number): number => a - b
const options = (lists: readonly number[][], fits: (n: number) => boolean) => ({
  sources: lists.map((list) => list.values()),
  ...{ compare: numbers, limit: 3, elapsed: () => 0 },
  candidate: (n: number) => ({ item: () => (fits(n) ? n : undefined), cursor: () => `${n}` })
})

test('lists in order become one list in order', () => {
  expect(pageOf(options([[1, 4], [], [2, 3, 9]], () => true))).toEqual({
    ...{ items: [1, 2, 3], next: '3' }
  })
})

test('the last page has no next, even when it is full', () => {
  expect(pageOf(options([[1, 2, 3]], () => true))).toEqual({ items: [1, 2, 3] })
})

test('a question that takes too long gets a short page to go on from', () => {
  let now = 0
  const slow = { ...options([[...Array(9_999).keys()]], () => false), elapsed: () => now++ * 20 }
  const { items, next } = pageOf(slow)
  expect(items).toEqual([])
  expect(Number(next)).toBeLessThan(64 * (LOOKED_MS_MAX / 20 + 2))
})

test('a walk over time leaves nothing out where many rows have one moment', () => {
  const rows = Array.from({ length: 1_000 }, (_, n) => ({ at: Math.floor(n / 300), n }))
  const timeline = {
    from: (time: number, limit: number) => rows.filter(({ at }) => at >= time).slice(0, limit),
    at: (time: number) => rows.filter(({ at }) => at === time),
    timeOf: ({ at }: { at: number }) => at,
    compare: (a: { at: number; n: number }, b: { at: number; n: number }) =>
      a.at - b.at || b.n - a.n,
    direction: 1 as const
  }
  const walked = [...walk(timeline, 1)]
  expect(walked).toEqual(rows.filter(({ at }) => at >= 1).toSorted(timeline.compare))
})
