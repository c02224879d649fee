import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { JournalStore } from '../../src/node/journal-store.ts'

let home = ''
let store: JournalStore | undefined
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'peerwork-store-'))
})
afterEach(() => {
  if (store?.isOpen === true) store.close()
  store = undefined
  rmSync(home, { recursive: true, force: true })
})

const id = (fill: number): Uint8Array => new Uint8Array(16).fill(fill)
const row = (fill: number, expires = 2_000) => {
  return { id: id(fill), task: new Uint8Array(32), work: new Uint8Array(32), expires }
}
const answer = { result: Uint8Array.of(1), output: Uint8Array.of(2), patch: null }
const open = (now = 1_000): JournalStore => {
  store = new JournalStore(home, now)
  return store
}

test('each start has a number of its own, and rows say of which they are', () => {
  const first = open()
  first.begin(row(1))
  first.close()
  const second = open()
  expect(second.boot).toBe(first.boot + 1)
  expect(second.find(id(1))).toMatchObject({ boot: first.boot, answered: null })
})

const modes = (): Record<string, number> => {
  const names = readdirSync(home).toSorted()
  return Object.fromEntries(names.map((name) => [name, statSync(join(home, name)).mode & 0o777]))
}

test('its files are the owner’s alone, also those of a home from before', () => {
  open().begin(row(1))
  expect(modes()).toEqual({ 'journal.db': 0o600, 'journal.db-wal': 0o600 })
  store?.close()
  chmodSync(join(home, 'journal.db'), 0o644)
  open().begin(row(2))
  expect(modes()).toEqual({ 'journal.db': 0o600, 'journal.db-wal': 0o600 })
})

test('who fails to open it a second time takes no lock away from who has it', () => {
  open().begin(row(1))
  const again = (): JournalStore => new JournalStore(home, 1_000)
  for (let time = 0; time < 2; time++) {
    expect(again).toThrow(expect.objectContaining({ code: 'HOME_IN_USE' }))
  }
  // Locks are of a process: another one tells whether they are still held.
  const database = `new (require('node:sqlite').DatabaseSync)(process.argv[1])`
  const script = `${database}.exec('BEGIN IMMEDIATE')`
  const other = spawnSync(process.execPath, ['-e', script, join(home, 'journal.db')])
  expect(other.stderr.toString()).toMatch(/locked/)
})

test('steps that fail together leave nothing behind', () => {
  const book = open()
  const steps = (): void => {
    book.begin(row(1))
    book.begin(row(1))
  }
  expect(() => book.together(steps)).toThrow(/UNIQUE/)
  expect(book.find(id(1))).toBeUndefined()
  book.together(() => book.end(book.begin(row(1)), answer))
  expect(book.find(id(1))).toMatchObject({ ...answer, answered: expect.any(Number) })
})

test('a sweep removes what has expired, answers too, and keeps the rest', () => {
  const book = open()
  for (const fill of [1, 2]) book.end(book.begin(row(fill, fill * 2_000)), answer)
  book.sweep(3_000)
  expect([1, 2].map((fill) => book.find(id(fill)) === undefined)).toEqual([true, false])
})

test('work that ends behind its expiry answers for no other work, and leaves nothing', () => {
  const book = open()
  const late = book.begin(row(1))
  book.sweep(3_000)
  const other = book.begin(row(2, 9_000))
  book.end(late, answer)
  expect(book.find(id(2))).toMatchObject({ answered: null })
  book.end(other, { ...answer, result: Uint8Array.of(7) })
  expect(book.find(id(2))).toMatchObject({ result: Uint8Array.of(7) })
  book.close()
  const db = new DatabaseSync(join(home, 'journal.db'))
  expect(db.prepare('SELECT count(*) AS rows FROM answer').get()).toEqual({ rows: 1 })
  db.close()
})

test('what has expired goes, although new rows come between all sweeps', () => {
  const book = open()
  for (let fill = 1; fill <= 100; fill++) {
    book.end(book.begin(row(fill, fill * 1_000 + 5_000)), answer)
    book.sweep(fill * 1_000)
  }
  const kept = Array.from({ length: 100 }, (_, n) => n + 1).filter((fill) => book.find(id(fill)))
  expect(kept).toEqual([95, 96, 97, 98, 99, 100])
})

test('notes become rows of an earlier start, each once, in the order they were made', () => {
  const book = open()
  const { result, output } = answer
  book.end(book.begin(row(1)), answer)
  const notes = [1, 2, 3, 4, 4].map((fill) => ({ kind: 'begun', ...row(fill) }) as const)
  const later = { result: Uint8Array.of(9), output: null, patch: null }
  const ended = [1, 2].map((fill) => ({ kind: 'ended', id: id(fill), answer: later }) as const)
  for (let n = 0; n < 2; n++) {
    book.restore([...notes, ...ended, { kind: 'forgotten', id: id(3) }])
    expect(book.find(id(1))).toMatchObject({ boot: book.boot, result, output })
    expect(book.find(id(2))).toMatchObject({ boot: book.boot - 1, ...later })
    expect(book.find(id(3))).toBeUndefined()
    expect(book.find(id(4))).toMatchObject({ boot: book.boot - 1, answered: null })
  }
})

test('an answer that is a row already outlives the notes of what was forgotten before it', () => {
  const book = open()
  book.end(book.begin(row(1)), answer)
  const begun = { kind: 'begun', ...row(1) } as const
  book.restore([begun, { kind: 'forgotten', id: id(1) }, begun])
  expect(book.find(id(1))).toMatchObject({ boot: book.boot, result: answer.result })
})

test('a start that fails gives the home free again', () => {
  const edit = (sql: string): void => {
    const db = new DatabaseSync(join(home, 'journal.db'))
    db.exec(sql)
    db.close()
  }
  edit('CREATE TABLE answer (seq INTEGER PRIMARY KEY)')
  for (let n = 0; n < 2; n++) {
    expect(() => open()).toThrow(expect.objectContaining({ code: 'STORE_FAILED' }))
  }
  // Locked, if the start that failed had kept the file.
  edit('DROP TABLE answer')
  expect(open().isOpen).toBe(true)
  expect(() => new JournalStore(home, 0)).toThrow(expect.objectContaining({ code: 'HOME_IN_USE' }))
})

test('every row of an earlier start is found, from the first moment and after each sweep', () => {
  const ids = Array.from({ length: 5_000 }, () => randomBytes(16))
  const first = open()
  first.together(() => {
    for (const one of ids) first.begin({ ...row(1), id: one })
  })
  first.close()
  const second = open()
  for (let sweep = 0; sweep < 3; sweep++) {
    expect(ids.filter((one) => second.find(one) === undefined)).toEqual([])
    expect(second.find(randomBytes(16))).toBeUndefined()
    const fresh = randomBytes(16)
    second.begin({ ...row(1), id: fresh })
    expect(second.find(fresh)).toBeDefined()
    second.sweep(1_000)
  }
})
