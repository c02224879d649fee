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

test('one that holds too much denies nothing any more', () => {
  const ids = new JournalIds()
  ids.whole()
  const id = Buffer.alloc(16)
  for (let count = 0; count <= 500_000; count++) ids.add(id)
  expect(ids.mayHave(randomBytes(16))).toBe(true)
})
