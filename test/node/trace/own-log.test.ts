import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test } from 'vitest'
import { BatchStore } from '../../../src/node/trace/batch-store.ts'
import { OwnLog, RECENT_MAX } from '../../../src/node/trace/own-log.ts'
import { chain, own } from './samples.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A disk that can be full. */
class FullStore extends BatchStore {
  full = false

  override append(batches: Parameters<BatchStore['append']>[0]): void {
    if (this.full) throw new Error('database or disk is full')
    super.append(batches)
  }
}

function setup(home?: string) {
  const state = { elapsed: 0, troubles: [] as (string | undefined)[] }
  let store: FullStore | undefined
  const log = new OwnLog({
    open: () => (store = new FullStore(home)),
    elapsed: () => state.elapsed,
    trouble: (error) => state.troubles.push(error?.code)
  })
  const full = (is: boolean): void => {
    log.append([])
    if (store !== undefined) store.full = is
  }
  return { log, state, full }
}

function newHome(): string {
  const folder = mkdtempSync(join(tmpdir(), 'peerwork-own-log-'))
  folders.push(folder)
  return folder
}

test('a reader gets everything in order, from the file and from memory, at its own pace', () => {
  const { log } = setup(newHome())
  const batches = chain()
  const sealed = Array.from({ length: RECENT_MAX + 30 }, () => batches.next(2))
  for (const one of sealed) log.append([own(one)])
  expect(log.recent).toHaveLength(RECENT_MAX)
  const read: Uint8Array[] = []
  for (let n = 0; ;) {
    const found = log.after(n, 7)
    const last = found.at(-1)
    if (last === undefined) break
    n = last.n
    read.push(...found.map(({ bytes }) => new Uint8Array(bytes)))
  }
  expect(read).toEqual(sealed.map(({ bytes }) => bytes))
  expect(log.end).toBe(sealed.length)
  log.close()
})

test('the chain goes on after a restart', () => {
  const home = newHome()
  const before = setup(home)
  const last = chain(1).next()
  before.log.append([own(last)])
  before.log.close()
  const { log } = setup(home)
  expect(log.digest).toEqual(last.digest)
  const newer = chain(2)
  log.append([own(newer.next(3))])
  expect(log.boots().map(({ next }) => next)).toEqual([50, 3])
  expect(log.before(newer.boot, 1)).toBe(1)
  log.close()
})

test('readers are told of what comes, until they stop', () => {
  const { log } = setup()
  let told = 0
  const stop = log.listen(() => told++)
  const batches = chain()
  log.append([own(batches.next()), own(batches.next())])
  stop()
  log.append([own(batches.next())])
  expect(told).toBe(1)
})

test('a file that another process has is said to be so, and the log is in memory then', () => {
  const home = newHome()
  const other = new DatabaseSync(join(home, 'traces.db'))
  other.exec('PRAGMA journal_mode = WAL; PRAGMA locking_mode = EXCLUSIVE; CREATE TABLE a (b)')
  const { log, state } = setup(home)
  const batches = chain()
  log.append([own(batches.next())])
  expect(state.troubles).toEqual(['STORE_FAILED'])
  expect(log.held(batches.boot)).toEqual([{ from: 0, to: 50 }])
  other.close()
  log.close()
})

test('of what the disk never takes fleeting batches go first, and all are counted', () => {
  const { log, state, full } = setup()
  const batches = chain(1, undefined, 'x'.repeat(150))
  full(true)
  const kept = batches.next()
  const fleeting = batches.next(50, 'task.progress')
  log.append([own(kept), own(fleeting)])
  expect(state.troubles).toEqual(['STORE_FAILED'])
  expect(log.held(batches.boot)).toEqual([{ from: 0, to: 100 }])
  while (log.lost === 0) log.append([own(batches.next())])
  expect(log.lost).toBe(50)
  expect(log.held(batches.boot)[0]).toEqual({ from: 0, to: 50 })
  expect(log.within(batches.boot, { from: 0, to: 50 }, 1)).toMatchObject([{ to: 50 }])
  full(false)
  state.elapsed = 10_000
  log.append([own(batches.next())])
  expect(state.troubles).toEqual(['STORE_FAILED', undefined])
  expect(log.boot(batches.boot)).toMatchObject({ oldest: 0 })
})
