import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Journal } from '../../src/node/journal.ts'
import type { Entry } from '../../src/node/journal.ts'

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

test('after kill -9 the home is free and nothing that was begun is lost', async () => {
  const script = `
    import { Journal } from '${join(import.meta.dirname, '../../src/node/journal.ts')}'
    const book = new Journal('${home}', () => 1000)
    const entry = { from: 'bob', key: 'k1', task: new Uint8Array(32).fill(1),
      work: new Uint8Array(32).fill(2), expires: 2000 }
    book.begin(entry)
    console.log('begun')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  await once(child.stdout, 'data')
  expect(() => new Journal(home, () => 0)).toThrow(expect.objectContaining({ code: 'HOME_IN_USE' }))
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(open().look(entry())).toEqual({ state: 'interrupted' })
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
