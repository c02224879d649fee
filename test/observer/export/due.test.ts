import { expect, test } from 'vitest'
import { Due } from '../../../src/observer/export/due.ts'
import { temporary } from '../alerts/house.ts'

const name = (nth: number) => ({ trace: 't', span: String(nth) })
const spansOf = (names: readonly { readonly span: string }[]) => names.map(({ span }) => span)

test('names come in the order in which they were told of last, once each', () => {
  using due = new Due(temporary(), 10)
  due.add([name(1), name(2), name(3)], 5)
  due.add([name(1)], 6)
  expect(due.waiting).toBe(3)
  expect(due.oldest()).toBe(5)
  expect(due.last()).toBe(4)
  expect(spansOf(due.first(3, 10))).toEqual(['2', '3'])
  expect(spansOf(due.first(4, 2))).toEqual(['2', '3'])
  expect(spansOf(due.first(4, 10))).toEqual(['2', '3', '1'])
})

test('what was told of again while it was on its way waits on', () => {
  using due = new Due(temporary(), 10)
  due.add([name(1), name(2)], 1)
  const sent = due.first(due.last(), 10)
  due.add([name(2)], 2)
  due.done(sent, { sent: 2, rejected: 1 })
  expect(spansOf(due.first(due.last(), 10))).toEqual(['2'])
  expect([due.waiting, due.mark('sent'), due.mark('rejected')]).toEqual([1, 2, 1])
})

test('beyond the bound new ones are counted as dropped, and a restart keeps it all', () => {
  const dir = temporary()
  {
    using due = new Due(dir, 2)
    expect(due.add([name(1), name(2), name(3)], 1)).toBe(1)
    expect(due.add([name(1)], 2)).toBe(0)
    due.setMark('alive', 7)
  }
  using due = new Due(dir, 2)
  expect(spansOf(due.first(9, 10))).toEqual(['2', '1'])
  expect([due.waiting, due.mark('dropped'), due.mark('alive'), due.mark('sent')]).toEqual([
    ...[2, 1, 7, 0]
  ])
})
