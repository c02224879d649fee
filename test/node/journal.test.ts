import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Journal } from '../../src/node/journal.ts'
import type { Entry } from '../../src/node/journal-entry.ts'

let home = ''
let journal: Journal | undefined
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'peerwork-journal-'))
})
afterEach(() => {
  journal?.close()
  journal = undefined
  rmSync(home, { recursive: true, force: true })
})

const bytes = (fill: number): Uint8Array => new Uint8Array(32).fill(fill)
const entry = (over: Partial<Entry> = {}): Entry => {
  return { from: 'bob', key: 'k1', task: bytes(1), work: bytes(2), expires: 2_000, ...over }
}
const ending = { result: bytes(7), output: bytes(8), patch: null }
const open = (now = 1_000): Journal => {
  journal = new Journal(home, () => now)
  return journal
}
const restart = (now = 1_000): Journal => {
  journal?.close()
  return open(now)
}

test('work is new, then running, then finished with what it answered', () => {
  const book = open()
  expect(book.look(entry())).toEqual({ state: 'new' })
  book.begin(entry())
  expect(book.look(entry())).toEqual({ state: 'running' })
  book.finish(entry(), ending)
  // Before it is on disk as well as after.
  expect(book.look(entry())).toMatchObject({ state: 'finished', ...ending })
  book.flush()
  expect(book.look(entry())).toMatchObject({ state: 'finished' })
})

test('a finished answer survives a restart', () => {
  const book = open()
  book.begin(entry())
  book.finish(entry(), ending)
  const known = restart().look(entry())
  expect(known.state).toBe('finished')
  expect(known.state === 'finished' && Buffer.from(known.result)).toEqual(Buffer.from(bytes(7)))
})

test('work that ran when the process ended is interrupted, never new', () => {
  open().begin(entry())
  expect(restart().look(entry())).toEqual({ state: 'interrupted' })
  expect(restart().look(entry())).toEqual({ state: 'interrupted' })
})

test('the same key for other work is a conflict; the same key of another peer is not', () => {
  const book = open()
  book.begin(entry())
  expect(book.look(entry({ work: bytes(9) }))).toEqual({ state: 'conflict' })
  expect(book.look(entry({ from: 'carol' }))).toEqual({ state: 'new' })
})

test('refused work is as if it had never come', () => {
  const book = open()
  book.begin(entry())
  book.forget(entry())
  expect(book.look(entry())).toEqual({ state: 'new' })
})

test('rows are removed once their task has expired, and not before', () => {
  const book = open()
  book.begin(entry({ expires: 5_000 }))
  book.finish(entry({ expires: 5_000 }), ending)
  expect(restart(4_999).look(entry()).state).toBe('finished')
  expect(restart(5_001).look(entry()).state).toBe('new')
})

test('a second journal on the same home is refused by name', () => {
  open()
  expect(() => new Journal(home, () => 0)).toThrow(expect.objectContaining({ code: 'HOME_IN_USE' }))
})

test('after kill -9 the home is free and nothing that was noted is lost', async () => {
  const script = `
    import { Journal } from '${join(import.meta.dirname, '../../src/node/journal.ts')}'
    const book = new Journal('${home}', () => 1000)
    const entry = { from: 'bob', key: 'k1', task: new Uint8Array(32).fill(1),
      work: new Uint8Array(32).fill(2), expires: 2000 }
    book.begin(entry)
    const ended = { ...entry, key: 'k2' }
    book.begin(ended)
    book.finish(ended, { result: Uint8Array.of(7), output: null, patch: null })
    const refused = { ...entry, key: 'k3' }
    book.begin(refused)
    book.forget(refused)
    setImmediate(() => console.log('begun'))
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  await once(child.stdout, 'data')
  expect(() => new Journal(home, () => 0)).toThrow(expect.objectContaining({ code: 'HOME_IN_USE' }))
  child.kill('SIGKILL')
  await once(child, 'exit')
  open()
  const states = ['k1', 'k2', 'k3'].map((key) => journal?.look(entry({ key })).state)
  expect(states).toEqual(['interrupted', 'finished', 'new'])
})

test('many endings of one turn are all kept', () => {
  const book = open()
  for (let at = 0; at < 200; at++) {
    book.begin(entry({ key: `k${at}` }))
    book.finish(entry({ key: `k${at}` }), ending)
  }
  const again = restart()
  for (let at = 0; at < 200; at++) {
    expect(again.look(entry({ key: `k${at}` })).state).toBe('finished')
  }
})

/** Runs in a process whose files may not grow over a MiB: a disk with no room for what is large. */
const ON_SMALL_DISK = `
  const bytes = (fill, length = 32) => new Uint8Array(length).fill(fill)
  const entry = (key) => ({ from: 'bob', key, task: bytes(1), work: bytes(2), expires: 2_000 })
  const small = { result: bytes(7), output: bytes(8), patch: null }
  mock.timers.enable({ apis: ['setInterval'] })
  const complaints = []
  const book = new Journal(home, () => 1_000, (error) => complaints.push(error.code))
  const states = () => ['large', 'small', 'later'].map((key) => book.look(entry(key)).state)
  book.begin(entry('large'))
  book.begin(entry('small'))
  book.finish(entry('large'), { ...small, output: bytes(9, 2_000_000) })
  book.finish(entry('small'), small)
  // A beginning that comes in the turn of an ending for which there is no room.
  book.begin(entry('later'))
  book.finish(entry('later'), small)
  book.flush()
  const before = states()
  for (let n = 0; n < 5; n++) mock.timers.tick(2_000)
  console.log(JSON.stringify({ before, after: states(), complaints }))
  book.close()`

/** Runs it in such a process, with the home and the journal at hand. */
function onSmallDisk(program: string) {
  const from = join(import.meta.dirname, '../../src/node/journal.ts')
  const imports = [
    `import { writeSync } from 'node:fs'`,
    `import { mock } from 'node:test'`,
    `import { Journal } from '${from}'`
  ]
  const script = [...imports, `const home = '${home}'`, program].join('\n')
  const limited = 'ulimit -f 2048; trap "" XFSZ; exec "$0" "$@"'
  const node = [process.execPath, '--input-type=module-typescript', '-e', script]
  return spawnSync('sh', ['-c', limited, ...node], { encoding: 'utf8' })
}

test('an answer without room on the disk fails nothing else, and is forgotten at last', () => {
  const { stdout, stderr } = onSmallDisk(ON_SMALL_DISK)
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual({
    before: ['finished', 'finished', 'finished'],
    after: ['forgotten', 'finished', 'finished'],
    complaints: ['STORE_FAILED', 'STORE_FAILED']
  })
  expect(open().look(entry({ key: 'large' })).state).toBe('forgotten')
})

/** The same disk has no room for the rows of answers any more. Then the process dies. */
const DIES_ON_FULL_DISK = `
  const bytes = (fill, length = 32) => new Uint8Array(length).fill(fill)
  const entry = (key) => ({ from: 'bob', key, task: bytes(1), work: bytes(2), expires: 2_000 })
  const book = new Journal(home, () => 1_000)
  let count = 0
  try {
    for (; count < 200; count++) {
      book.begin(entry('k' + count))
      book.finish(entry('k' + count), { result: bytes(7), output: bytes(8, 30_000), patch: null })
      book.flush()
    }
  } catch {
    // There is no room for a beginning either.
  }
  writeSync(1, String(count))
  process.kill(process.pid, 'SIGKILL')`

test('endings that the rows have no room for survive a kill', () => {
  const { stdout, signal } = onSmallDisk(DIES_ON_FULL_DISK)
  expect(signal).toBe('SIGKILL')
  const notes = join(home, 'journal.notes')
  expect(statSync(notes).size).toBeGreaterThan(60_000)
  const book = open()
  const states = Array.from(
    { length: Number(stdout) },
    (_, at) => book.look(entry({ key: `k${at}` })).state
  )
  expect(states).toEqual(states.map(() => 'finished'))
  // They are rows now.
  expect(statSync(notes).size).toBe(0)
})

test('an ending whose beginning is a row already becomes one by itself too', async () => {
  const book = open()
  const notes = join(home, 'journal.notes')
  book.begin(entry())
  book.flush()
  book.finish(entry(), ending)
  await vi.waitFor(() => expect(statSync(notes).size).toBeGreaterThan(0))
  await vi.waitFor(() => expect(statSync(notes).size).toBe(0))
  expect(restart().look(entry())).toMatchObject({ state: 'finished' })
})

test('notes become rows by themselves, and make no second rows at the next start', async () => {
  const book = open()
  book.begin(entry())
  book.finish(entry(), ending)
  const notes = join(home, 'journal.notes')
  await new Promise(setImmediate)
  const noted = readFileSync(notes)
  await vi.waitFor(() => expect(statSync(notes).size).toBe(0))
  expect(book.look(entry())).toMatchObject({ state: 'finished' })
  book.close()
  // As after a crash between the rows and the end of the notes.
  writeFileSync(notes, noted)
  expect(open().look(entry())).toMatchObject({ state: 'finished' })
})

test('how much there is to read is known before it is read', () => {
  const book = open()
  expect(book.weigh(entry())).toBe(0)
  book.begin(entry())
  expect(book.weigh(entry())).toBe(0)
  book.finish(entry(), { ...ending, patch: bytes(9) })
  expect(book.weigh(entry())).toBe(64)
  book.flush()
  expect(book.weigh(entry())).toBe(64)
  expect(restart().weigh(entry())).toBe(64)
})

test('without a home, answers are bounded as they are written', () => {
  const book = new Journal(undefined, () => 1_000)
  const output = new Uint8Array(16 * 1024 * 1024)
  const keys = Array.from({ length: 24 }, (_, at) => `k${at}`)
  for (const key of keys) {
    book.begin(entry({ key }))
    book.finish(entry({ key }), { ...ending, output })
    book.flush()
  }
  const kept = keys.filter((key) => book.weigh(entry({ key })) > 0).length
  book.close()
  expect(kept).toBeLessThanOrEqual(18)
  expect(kept).toBeGreaterThan(12)
})
