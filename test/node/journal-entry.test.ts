import { expect, test } from 'vitest'
import { idOf, judge, nameOf } from '../../src/node/journal-entry.ts'
import type { Entry } from '../../src/node/journal-entry.ts'

const bytes = (fill: number): Uint8Array => new Uint8Array(32).fill(fill)
const entry: Entry = { from: 'bob', key: 'k', task: bytes(1), work: bytes(2), expires: 2_000 }
const row = {
  ...{ task: bytes(1), work: bytes(2), boot: 7, answered: 1 },
  ...{ result: bytes(3), output: bytes(4), patch: null }
}

test('work is known by its peer and key, and by nothing else', () => {
  const same = { ...entry, task: bytes(9), work: bytes(9), expires: 1 }
  expect([idOf(same), nameOf(same)]).toEqual([idOf(entry), nameOf(entry)])
  for (const other of [
    { ...entry, key: 'l' },
    { ...entry, from: 'eve' }
  ]) {
    expect(idOf(other)).not.toEqual(idOf(entry))
    expect(nameOf(other)).not.toBe(nameOf(entry))
  }
  expect(idOf(entry)).toHaveLength(16)
})

test('a row without an answer runs, or was interrupted when it is of another start', () => {
  const open = { ...row, answered: null, result: null, output: null }
  expect([judge(entry, open, 7).state, judge(entry, open, 8).state]).toEqual([
    ...['running', 'interrupted']
  ])
})

test('a row with an answer gives it, unless it was removed', () => {
  const { task, result, output, patch } = row
  expect(judge(entry, row, 8)).toEqual({ state: 'finished', task, result, output, patch })
  expect(judge(entry, { ...row, result: null, output: null }, 8)).toEqual({ state: 'forgotten' })
})

test('other work under the same key is a conflict, whatever became of it', () => {
  const other = { ...entry, work: bytes(9) }
  for (const answered of [null, 1]) {
    expect(judge(other, { ...row, answered }, 7)).toEqual({ state: 'conflict' })
  }
})
