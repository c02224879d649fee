import { expect, test } from 'vitest'
import { Allowance } from '../../../src/gateway/access/allowance.ts'
import { openAccess } from '../../../src/gateway/access/database.ts'
import { temporary } from '../observed.ts'

/** What one may ask at once, and how much comes back each second: as in the source. */
const BURST = 1_000
const RATE = 100

function spendAll(allowance: Allowance, name: string): number {
  let count = 0
  while (allowance.take(name) === 0) count++
  return count
}

test('a burst is allowed, then as much as comes back', () => {
  using db = openAccess(temporary())
  let now = 1_000_000
  const allowance = new Allowance(db, () => now)
  expect(spendAll(allowance, 'key:a')).toBe(BURST)
  expect(allowance.take('key:a')).toBeCloseTo(1_000 / RATE, 5)
  expect(allowance.take('key:b')).toBe(0)
  now += 500
  expect(spendAll(allowance, 'key:a')).toBe(RATE / 2)
  now += 60 * 60_000
  expect(spendAll(allowance, 'key:a')).toBe(BURST)
})

test('a restart does not fill what was used', () => {
  const dir = temporary()
  let now = 1_000_000
  {
    using db = openAccess(dir)
    const allowance = new Allowance(db, () => now)
    spendAll(allowance, 'key:a')
    allowance.write()
  }
  using db = openAccess(dir)
  const again = new Allowance(db, () => now)
  expect(again.take('key:a')).toBeGreaterThan(0)
  now += 1_000
  expect(spendAll(again, 'key:a')).toBe(RATE)
})

test('a crash forgets a second at most', () => {
  const dir = temporary()
  let now = 1_000_000
  using first = openAccess(dir)
  const allowance = new Allowance(first, () => now)
  spendAll(allowance, 'key:a')
  now += 1_000
  allowance.take('key:a')
  // Never closed, never told to write.
  using second = openAccess(dir)
  expect(spendAll(new Allowance(second, () => now), 'key:a')).toBe(RATE - 1)
})

test('a clock that went back gives nothing, and takes nothing for good', () => {
  using db = openAccess(temporary())
  let now = 1_000_000
  const allowance = new Allowance(db, () => now)
  spendAll(allowance, 'key:a')
  now -= 500_000
  expect(allowance.take('key:a')).toBeGreaterThan(0)
  now += 1_000
  expect(spendAll(allowance, 'key:a')).toBe(RATE)
})

test('names without end do not fill the memory', () => {
  const dir = temporary()
  using db = openAccess(dir)
  const allowance = new Allowance(db, () => 1_000_000)
  for (let at = 0; at < 10_000; at++) allowance.take(`key:${at}`)
  allowance.write()
  const { rows } = db.prepare('SELECT count(*) AS rows FROM allowance').get() as { rows: number }
  // And the one that all others share.
  expect(rows).toBe(4_097)
})

test('who comes from thousands of addresses gets nothing back, and keys notice nothing', () => {
  using db = openAccess(temporary())
  let now = 1_000_000
  const allowance = new Allowance(db, () => now)
  while (allowance.take('10.0.0.1', 'stranger') === 0);
  for (let at = 0; at < 5_000; at++) allowance.take(`10.1.${at >> 8}.${at & 255}`, 'stranger')
  expect(allowance.take('10.0.0.1', 'stranger')).toBeGreaterThan(0)
  expect(allowance.take('10.2.0.1', 'stranger')).toBeGreaterThan(0)
  expect(allowance.take('10.0.0.1', 'anyone')).toBe(0)
  expect(spendAll(allowance, 'key:a')).toBe(BURST)
  // Those that have it all back again make room.
  now += 31_000
  expect(allowance.take('10.2.0.2', 'stranger')).toBe(0)
  allowance.write()
  const { rows } = db.prepare('SELECT count(*) AS rows FROM allowance').get() as { rows: number }
  expect(rows).toBe(1)
})

test('what cannot be written still counts', () => {
  using db = openAccess(temporary())
  const allowance = new Allowance(db, () => 1_000_000)
  db.exec('DROP TABLE allowance')
  expect(spendAll(allowance, 'key:a')).toBe(BURST)
  allowance.write()
  expect(db.isTransaction).toBe(false)
  expect(allowance.take('key:a')).toBeGreaterThan(0)
})
