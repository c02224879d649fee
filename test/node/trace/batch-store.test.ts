import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test, vi } from 'vitest'
import { BatchStore } from '../../../src/node/trace/batch-store.ts'
import type { LogBounds, NewBatch } from '../../../src/node/trace/batch-store.ts'
import { toHex } from '../../../src/protocol/canonical.ts'

const folders: string[] = []
function home(): string {
  const folder = mkdtempSync(join(tmpdir(), 'peerwork-traces-'))
  folders.push(folder)
  return folder
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

let n = 0
const row = (boot: number, first: number, change: Partial<NewBatch> = {}): NewBatch => ({
  ...{ n: ++n, boot: new Uint8Array(8).fill(boot), first, count: 10, fleeting: false, dropped: 0 },
  ...{ digest: new Uint8Array(32).fill(first), bytes: new Uint8Array(1_000).fill(first) },
  ...change
})
const small: LogBounds = { bytes: 10_000, bytesHard: 20_000, batches: 100 }
const firsts = (rows: readonly { first: number }[]): number[] => rows.map(({ first }) => first)
const boot = (seed: number): Uint8Array => new Uint8Array(8).fill(seed)

test('what was appended is there at the next start, in order, for the owner alone', () => {
  const folder = home()
  n = 0
  const before = new BatchStore(folder)
  before.append([row(1, 0), row(1, 10)])
  before.append([row(2, 0, { dropped: 3 })])
  before.close()
  const store = new BatchStore(folder)
  expect(store.after(0, 10).map((one) => [toHex(one.boot)[1], one.first])).toEqual([
    ...[
      ['1', 0],
      ['1', 10],
      ['2', 0]
    ]
  ])
  expect(store.after(1, 1)).toMatchObject([{ n: 2, first: 10 }])
  expect(store.boots()).toMatchObject([
    { next: 20, oldest: 0, dropped: 0, removed: 0 },
    { next: 10, oldest: 0, dropped: 3, removed: 0 }
  ])
  expect(store.last()).toMatchObject({ n: 3 })
  expect(statSync(join(folder, 'traces.db')).mode & 0o777).toBe(0o600)
  expect(statSync(join(folder, 'traces.db-wal')).mode & 0o777).toBe(0o600)
  store.close()
})

test('batches are found by any number in them', () => {
  const store = new BatchStore(undefined)
  n = 0
  store.append([row(1, 0), row(1, 10), row(1, 30), row(2, 0)])
  expect(firsts(store.within(boot(1), { from: 9, to: 11 }, 10))).toEqual([0, 10])
  expect(firsts(store.within(boot(1), { from: 20, to: 30 }, 10))).toEqual([])
  expect(firsts(store.within(boot(1), { from: 0, to: 100 }, 2))).toEqual([0, 10])
  expect(store.held(boot(1))).toEqual([
    { from: 0, to: 20 },
    { from: 30, to: 40 }
  ])
  expect(store.before(boot(1), 15)).toBe(1)
  expect(store.before(boot(1), 25)).toBe(2)
  expect(store.before(boot(1), 40)).toBeUndefined()
  expect(store.before(boot(9), 0)).toBeUndefined()
})

test('over the bound what is fleeting goes, and only over the hard one the oldest', () => {
  const store = new BatchStore(undefined, small)
  n = 0
  for (let first = 0; first < 80; first += 10) {
    store.append([row(1, first, { fleeting: first % 20 === 10 })])
  }
  expect(store.held(boot(1))).toHaveLength(1)
  for (let first = 80; first < 140; first += 10) store.append([row(1, first)])
  // All four fleeting ones went; the rest is between the bounds.
  expect(store.boot(boot(1))).toMatchObject({ oldest: 0, next: 140, removed: 40 })
  expect(firsts(store.after(0, 100)).slice(0, 4)).toEqual([0, 20, 40, 60])
  for (let first = 140; first < 300; first += 10) store.append([row(1, first)])
  expect(store.bytes).toBeLessThanOrEqual(small.bytesHard)
  const { oldest, removed } = store.boot(boot(1)) ?? { oldest: 0, removed: 0 }
  expect(oldest).toBeGreaterThan(60)
  expect(removed).toBe(300 - store.after(0, 100).length * 10)
})

test('too many rows are too many as well, and starts without any are forgotten', () => {
  const store = new BatchStore(undefined, { ...small, batches: 10 })
  n = 0
  const tiny = { bytes: new Uint8Array(1) }
  for (let seed = 1; seed <= 30; seed++) store.append([row(seed, 0, tiny)])
  expect(store.after(0, 100).length).toBeLessThanOrEqual(10)
  expect(store.boots().length).toBeLessThanOrEqual(10)
  expect(toHex(store.boots().at(-1)?.boot ?? new Uint8Array(0))).toBe('1e'.repeat(8))
})

test('of batches that the disk refuses none is kept, and it works again afterwards', () => {
  const store = new BatchStore(undefined)
  n = 0
  store.append([row(1, 0)])
  expect(() => store.append([row(1, 10), row(1, 20, { n: 1 })])).toThrow(/UNIQUE/)
  expect(store.held(boot(1))).toEqual([{ from: 0, to: 10 }])
  expect(store.boot(boot(1))).toMatchObject({ next: 10 })
  store.append([row(1, 10, { n: 2 })])
  expect(store.held(boot(1))).toEqual([{ from: 0, to: 20 }])
})

test('a file that is no database is said to be none', () => {
  expect(() => new BatchStore('/dev/null/nowhere')).toThrow(/cannot open the trace log/)
})

test('when room cannot be made, what was appended is there once, and room is made later', () => {
  const folder = home()
  new BatchStore(folder, small).close()
  const db = new DatabaseSync(join(folder, 'traces.db'))
  db.exec(`CREATE TRIGGER full BEFORE DELETE ON batch WHEN (SELECT count(*) FROM batch) < 23
    BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END`)
  db.close()
  n = 0
  const store = new BatchStore(folder, small)
  for (let first = 0; first < 220; first += 10) store.append([row(1, first)])
  expect(store.held(boot(1))).toEqual([{ from: 0, to: 220 }])
  expect(store.bytes).toBe(22_000)
  store.append([row(1, 220)])
  expect(store.held(boot(1))).toEqual([{ from: 0, to: 230 }])
  for (let first = 230; first < 260; first += 10) store.append([row(1, first)])
  expect(store.held(boot(1)).at(-1)?.to).toBe(260)
  store.close()
})

test('what is held is told as often as somebody asks, and is true after each change', () => {
  const store = new BatchStore(undefined, small)
  n = 0
  let looked = 0
  const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare')
  const held = () => {
    const before = prepare.mock.calls.length
    const ranges = store.held(boot(1)).map(({ from, to }) => [from, to])
    looked += prepare.mock.calls.length - before
    return ranges
  }
  store.append([row(1, 0, { fleeting: true }), row(1, 10)])
  expect(held()).toEqual([[0, 20]])
  store.append([row(1, 20), row(2, 0), row(1, 40)])
  for (let time = 0; time < 5; time++)
    expect(held()).toEqual([
      [0, 30],
      [40, 50]
    ])
  expect(looked).toBe(1)
  for (let first = 50; first < 120; first += 10) store.append([row(1, first)])
  expect(held()).toEqual([
    [10, 30],
    [40, 120]
  ])
  prepare.mockRestore()
})
