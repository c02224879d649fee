import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { SpanPart } from '../../../src/observer/model.ts'
import { openSqliteStore } from '../../../src/observer/sqlite/open.ts'
import type { SqliteStoreOptions } from '../../../src/observer/sqlite/open.ts'
import { dayEnd, dayStart } from '../../../src/observer/sqlite/files.ts'
import type { TraceStore } from '../../../src/observer/store.ts'

const NOW_MS = 1_795_176_000_000
const NOW = NOW_MS * 1_000
const DAY = 86_400_000_000
const traceId = (n: number): string => n.toString(16).padStart(32, '0')

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'peerwork-files-'))
})
afterEach(() => rm(dir, { recursive: true }))

const open = (more: Partial<SqliteStoreOptions> = {}): Promise<TraceStore> =>
  openSqliteStore({ dir, clock: { now: () => NOW_MS }, ...more })

const span = (n: number, more: Partial<SpanPart> = {}): SpanPart => ({
  ...{ trace: traceId(n), span: '1'.repeat(16), source: { kind: 'key', by: 'ci' } },
  ...{ startUs: NOW + n, ...more }
})
const tell = (store: TraceStore, ...spans: SpanPart[]) =>
  store.ingest([{ spans, handoffs: [], facts: [] }])
/** Bytes that compress to themselves. */
const noise = (n: number): string => {
  let state = n + 1
  return Array.from({ length: 3_000 }, () => {
    state = (state * 48_271) % 2_147_483_647
    return state.toString(36)
  }).join('')
}

test('what was acknowledged outlives a kill -9, and so does the wait for the index', async () => {
  const program = join(import.meta.dirname, 'teller.ts')
  const child = spawn(process.execPath, ['--conditions=source', program, dir])
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await vi.waitFor(() => expect(said.split('\n').length).toBeGreaterThan(40), { timeout: 30_000 })
  child.kill('SIGKILL')
  await once(child, 'exit')
  const last = said.trimEnd().split('\n').length
  await using store = await open()
  for (let n = 1; n <= last; n++) expect(await store.trace(traceId(n))).toMatchObject({ spans: 1 })
  expect((await store.size()).spans).toBeGreaterThanOrEqual(last)
  const found = async () => (await store.traces({ text: `word${last}`, limit: 2 })).items
  await vi.waitFor(async () => expect(await found()).toHaveLength(1), { timeout: 15_000 })
})

test('a full disk refuses whole calls, answers on, and takes more when there is room', async () => {
  let told = 0
  {
    await using store = await open({ pagesMax: 120 })
    const fill = async (): Promise<void> => {
      for (; ; told++) await tell(store, span(told + 1, { attributes: { text: noise(told) } }))
    }
    await expect(fill()).rejects.toMatchObject({ code: 'STORE_FULL' })
    expect(told).toBeGreaterThan(5)
    await expect(
      tell(store, span(900), span(901, { attributes: { text: noise(7_000), more: noise(8_000) } }))
    ).rejects.toMatchObject({ code: 'STORE_FULL' })
    expect(await store.trace(traceId(900))).toBeUndefined()
    expect(await store.trace(traceId(told))).toMatchObject({ spans: 1 })
    expect((await store.traces({ limit: 1_000 })).items).toHaveLength(told)
  }
  await using store = await open()
  expect(await store.size()).toMatchObject({ spans: told, traces: told })
  expect(await tell(store, span(900))).toEqual(['new'])
  const [first] = await store.span(traceId(1), '1'.repeat(16))
  expect(first?.attributes).toEqual({ text: noise(0) })
})

test('a directory has one observer at a time', async () => {
  await using store = await open()
  await expect(open()).rejects.toMatchObject({ code: 'HOME_IN_USE' })
  expect(await tell(store, span(1))).toEqual(['new'])
})

test('a damaged file is named, with what to do, and the rest opens without it', async () => {
  {
    await using store = await open()
    await tell(store, span(1), span(2, { startUs: NOW - 3 * DAY }))
  }
  const file = (await readdir(dir)).find((name) => name.startsWith('2026-11-20')) ?? ''
  await writeFile(join(dir, file), 'this is no database, only some text that stands where one was')
  {
    await using store = await open()
    await expect(store.trace(traceId(1))).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringMatching(new RegExp(`${file}.*move it`))
    })
    expect(await store.trace(traceId(2))).toMatchObject({ spans: 1 })
  }
  await rm(join(dir, file))
  await using store = await open()
  expect((await store.traces({ limit: 5 })).items).toHaveLength(1)
})

test('a file of a newer version, and one of somebody else, are left alone', async () => {
  {
    await using store = await open()
    await tell(store, span(1))
  }
  const db = new DatabaseSync(join(dir, 'control.db'))
  db.exec('PRAGMA user_version = 99')
  db.close()
  await expect(open()).rejects.toMatchObject({
    code: 'STORE_FAILED',
    message: expect.stringMatching(/control\.db has version 99.*update/)
  })
  await rm(join(dir, 'control.db'))
  const other = new DatabaseSync(join(dir, 'control.db'))
  other.exec('CREATE TABLE mine (x); PRAGMA user_version = 1; PRAGMA application_id = 5')
  other.close()
  await expect(open()).rejects.toMatchObject({ message: expect.stringMatching(/no file of this/) })
})

test('without its control file a store finds its days again', async () => {
  {
    await using store = await open()
    await tell(store, span(1), span(2, { startUs: NOW - 3 * DAY }))
  }
  await rename(join(dir, 'control.db'), join(dir, 'control.gone'))
  await using store = await open()
  expect((await store.traces({ limit: 5 })).items).toHaveLength(2)
  expect(await tell(store, span(2, { startUs: NOW - 3 * DAY }))).toEqual(['known'])
})

test('a day that has grown goes on in another file, and is forgotten file by file', async () => {
  await using store = await open({ dayBytesMax: 512 * 1024 })
  for (let n = 1; n <= 60; n++) await tell(store, span(n, { attributes: { text: noise(n) } }))
  const days = (await readdir(dir)).filter((name) => /^2026-11-20\.\d+\.db$/.test(name))
  expect(days.length).toBeGreaterThan(1)
  expect((await store.traces({ limit: 100 })).items).toHaveLength(60)
  const { bytes } = await store.size()
  const pruned = await store.prune({ bytes: bytes / 2 }, NOW)
  expect(pruned.bytes).toBeGreaterThan(0)
  const left = (await store.traces({ limit: 100, order: 'oldest' })).items
  expect(left.length).toBe(60 - pruned.traces)
  expect(left.at(-1)?.trace).toBe(traceId(60))
})

test('more than one call may bring is refused, and too much that waits is BUSY', async () => {
  await using store = await open()
  const attributes = { text: 'x'.repeat(1_000_000) }
  const many = Array.from({ length: 20 }, (_, n) => span(n, { attributes }))
  await expect(tell(store, ...many)).rejects.toMatchObject({ code: 'INPUT_TOO_LARGE' })
  const calls = Array.from({ length: 5_000 }, (_, n) => tell(store, span(n)))
  const settled = await Promise.allSettled(calls)
  const refused = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  expect(refused[0]).toMatchObject({ code: 'BUSY', facts: { retryAfterMs: expect.any(Number) } })
  expect((await store.size()).spans).toBe(5_000 - refused.length)
})

test('the directory is for its owner alone', async () => {
  dir = join(dir, 'made')
  await using store = await open()
  await tell(store, span(1))
  expect((await stat(dir)).mode & 0o777).toBe(0o700)
  dir = join(dir, '..')
})

test('clocks that are far off make no file of their own', () => {
  const today = Date.UTC(2026, 10, 20) * 1_000
  expect(dayStart(NOW, NOW)).toBe(today)
  expect(dayStart(NOW + 400 * DAY, NOW)).toBe(today + DAY)
  expect(dayStart(NOW - 40 * DAY, NOW)).toBe(today - 40 * DAY)
  const month = Date.UTC(2026, 8, 1) * 1_000
  expect(dayStart(Date.UTC(2026, 8, 17) * 1_000, NOW)).toBe(month)
  expect(dayEnd(month, NOW)).toBe(Date.UTC(2026, 9, 1) * 1_000)
  expect(dayStart(1, NOW)).toBe(Date.UTC(2023, 10, 1) * 1_000)
})

test('of traces that are forgotten no place is remembered, but of those pinned', async () => {
  {
    await using store = await open()
    for (let n = 1; n <= 20; n++) await tell(store, span(n, { startUs: NOW - 35 * DAY + n }))
    await tell(store, span(30))
    await store.pin(traceId(7), true)
    expect(await store.prune({ days: 30 }, NOW)).toMatchObject({ traces: 19 })
    expect(await store.trace(traceId(7))).toMatchObject({ spans: 1 })
    expect(await store.trace(traceId(8))).toBeUndefined()
  }
  const control = new DatabaseSync(join(dir, 'control.db'))
  expect(control.prepare('SELECT count(*) AS homes FROM home').get()).toEqual({ homes: 2 })
  control.close()
})
