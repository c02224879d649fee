import { expect, test } from 'vitest'
import { HeldRanges } from '../../../src/node/trace/held-ranges.ts'

test('what is held of a start is looked up once, and again when something was removed', () => {
  const held = new HeldRanges()
  let looked = 0
  const of = (start: string) => {
    return held.of(start, () => {
      looked++
      return [{ from: 0, to: 10 }]
    })
  }
  held.add('a', { from: 90, to: 99 })
  expect(of('a')).toEqual([{ from: 0, to: 10 }])
  held.add('a', { from: 20, to: 30 })
  held.add('a', { from: 10, to: 15 })
  expect(of('a')).toEqual([
    { from: 0, to: 15 },
    { from: 20, to: 30 }
  ])
  expect([of('b'), looked]).toEqual([[{ from: 0, to: 10 }], 2])
  held.clear()
  expect([of('a'), looked]).toEqual([[{ from: 0, to: 10 }], 3])
})

test('what is in too many pieces, or too many starts, is not remembered', () => {
  const held = new HeldRanges()
  let looked = 0
  const look = (pieces: number) => () => {
    looked++
    return Array.from({ length: pieces }, (_, nth) => ({ from: nth * 2, to: nth * 2 + 1 }))
  }
  for (let nth = 0; nth < 2; nth++) expect(held.of('many', look(16_385))).toHaveLength(16_385)
  expect(looked).toBe(2)
  for (let nth = 0; nth < 1_025; nth++) held.of(`${nth}`, look(1))
  held.of('1', look(1))
  expect(looked).toBe(1_027)
  held.of('0', look(1))
  expect(looked).toBe(1_028)
})
