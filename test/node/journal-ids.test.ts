import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { JournalIds } from '../../src/node/journal-ids.ts'

const some = (count: number) => Array.from({ length: count }, () => randomBytes(16))

test('before all rows were added anything may be there', () => {
  const ids = new JournalIds()
  ids.add(randomBytes(16))
  expect(ids.mayHave(randomBytes(16))).toBe(true)
})

test('what was added is never denied, and nearly everything else is', () => {
  const ids = new JournalIds()
  ids.whole()
  const there = some(20_000)
  for (const id of there) ids.add(id)
  expect(there.every((id) => ids.mayHave(id))).toBe(true)
  const wrong = some(20_000).filter((id) => ids.mayHave(id)).length
  expect(wrong).toBeLessThan(20)
})

test('at its fullest it still spares six lookups of seven, and with more it denies nothing', () => {
  const ids = new JournalIds()
  ids.whole()
  const many = randomBytes(16 * 1_000_000)
  for (let at = 0; at < many.length; at += 16) ids.add(many.subarray(at, at + 16))
  const wrong = (): number => some(20_000).filter((id) => ids.mayHave(id)).length / 20_000
  expect(wrong()).toBeGreaterThan(0.13)
  expect(wrong()).toBeLessThan(0.16)
  for (let more = 0; more < 150_000; more++) ids.add(randomBytes(16))
  expect(wrong()).toBe(1)
})

test('ids that are added again and again, as while a disk is full, do not fill it', () => {
  const ids = new JournalIds()
  ids.whole()
  const few = some(256)
  for (let time = 0; time < 5_000; time++) for (const id of few) ids.add(id)
  expect(few.every((id) => ids.mayHave(id))).toBe(true)
  expect(some(1_000).filter((id) => ids.mayHave(id)).length).toBeLessThan(5)
})
