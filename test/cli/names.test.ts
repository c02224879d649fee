import { expect, test } from 'vitest'
import { Names, shortId, shortTask } from '../../src/cli/names.ts'
import { ALICE, BOB, TASK } from '../node/control-double.ts'

test('a short id can be given back as a prefix', () => {
  expect(ALICE.startsWith(shortId(ALICE))).toBe(true)
  expect(shortId(ALICE)).toHaveLength(14)
  expect(shortTask(TASK)).toBe('01234567')
})

test('a name is used once it is known, made plain', () => {
  const names = new Names()
  expect(names.of(ALICE)).toBe(shortId(ALICE))
  names.add(ALICE, null)
  expect(names.has(ALICE)).toBe(false)
  names.add(ALICE, 'ali\u001b[31mce')
  expect(names.of(ALICE)).toBe('alice')
})

test('of two with one name, both have their ids behind it, until one has another name', () => {
  const names = new Names()
  names.add(ALICE, 'alice')
  names.add(BOB, 'alice')
  expect([names.of(ALICE), names.of(BOB)]).toEqual([
    `alice ${shortId(ALICE)}`,
    `alice ${shortId(BOB)}`
  ])
  names.add(BOB, 'bob')
  names.add(BOB, 'bob')
  expect([names.of(ALICE), names.of(BOB)]).toEqual(['alice', 'bob'])
})

test('strangers cannot fill the names', () => {
  const names = new Names()
  for (let n = 0; n < 5_000; n++) names.add(`id-${n}`, `name-${n}`)
  expect(names.has('id-0')).toBe(false)
  expect(names.of('id-4999')).toBe('name-4999')
})
