import { expect, test } from 'vitest'
import { Names, shortId, shortTask } from '../../src/cli/names.ts'
import { ALICE, TASK } from '../node/control-double.ts'

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
