import { expect, test } from 'vitest'
import { openAlertsFile } from '../../../src/observer/alerts/database.ts'
import { Pending } from '../../../src/observer/alerts/pending.ts'
import { temporary } from './house.ts'

test('since when something holds is known after a restart', () => {
  const dir = temporary()
  {
    using db = openAlertsFile(dir)
    const pending = new Pending(db, () => 10)
    pending.since('gap', 'a', 1)
    pending.since('gap', 'b', 1)
    pending.since('gap', 'c', 1)
    pending.keepOnly('gap', new Set(['a', 'b']))
    pending.write()
  }
  using db = openAlertsFile(dir)
  const pending = new Pending(db, () => 20)
  expect(pending.since('gap', 'a', 1)).toBe(10)
  expect(pending.since('gap', 'b', 2)).toBe(20)
  expect(pending.since('gap', 'c', 1)).toBe(20)
})

test('a base stays until it is too old, or the count began anew', () => {
  using db = openAlertsFile(temporary())
  const at = { now: 100 }
  const pending = new Pending(db, () => at.now)
  expect(pending.base('r', 'a', 5, 0)).toBe(5)
  expect(pending.base('r', 'a', 9, 50)).toBe(5)
  expect(pending.base('r', 'a', 9, 101)).toBe(9)
  expect(pending.base('r', 'a', 2, 50)).toBe(2)
})
