import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { JournalNotes, noteFits } from '../../src/node/journal-notes.ts'
import type { Note } from '../../src/node/journal-notes.ts'

let home = ''
let file = ''
let notes: JournalNotes
const reopen = (): JournalNotes => {
  notes.close()
  return (notes = new JournalNotes(home))
}
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'peerwork-notes-'))
  file = join(home, 'journal.notes')
  notes = new JournalNotes(home)
})
afterEach(() => {
  notes.close()
  rmSync(home, { recursive: true, force: true })
})

const bytes = (fill: number, length: number) => Buffer.alloc(length, fill)
const id = bytes(1, 16)
const begun = { kind: 'begun', id, task: bytes(2, 32), work: bytes(3, 40), expires: 5e12 } as const
const answer = { result: bytes(4, 600), output: bytes(5, 0), patch: null }
const all: readonly Note[] = [begun, { kind: 'ended', id, answer }, { kind: 'forgotten', id }]
const noteAll = (): void => {
  notes.begun(begun)
  notes.ended([{ id, ending: answer }])
  notes.forgotten(id)
}

test('what was noted is read again, in order, also by the next process', () => {
  noteAll()
  expect([...notes.read()]).toEqual(all)
  expect([...reopen().read()]).toEqual(all)
  noteAll()
  expect([...notes.read()]).toEqual([...all, ...all])
})

test('what was cleared is gone', () => {
  noteAll()
  notes.clear()
  expect([...notes.read()]).toEqual([])
  notes.forgotten(id)
  expect([...reopen().read()]).toEqual(all.slice(2))
})

test('a record cut short anywhere, and all after it, is none', () => {
  noteAll()
  const whole = readFileSync(file)
  const found = new Set<number>()
  for (let length = 0; length < whole.length; length++) {
    writeFileSync(file, whole.subarray(0, length))
    const read = [...reopen().read()]
    expect(read).toEqual(all.slice(0, read.length))
    found.add(read.length)
  }
  expect([...found]).toEqual([0, 1, 2])
})

test('a record with a changed byte, and all after it, is none', () => {
  noteAll()
  const whole = readFileSync(file)
  for (let at = 0; at < whole.length; at++) {
    const changed = Buffer.from(whole)
    changed[at] = (changed[at] ?? 0) ^ 0xff
    writeFileSync(file, changed)
    const read = [...reopen().read()]
    expect(read.length).toBeLessThan(all.length)
    expect(read).toEqual(all.slice(0, read.length))
  }
})

test('what a disk leaves behind after a power failure is not read as notes', () => {
  noteAll()
  appendFileSync(file, bytes(0, 100))
  expect([...reopen().read()]).toEqual(all)
})

test('an answer fits up to 64 KiB', () => {
  const room = 64 * 1024 - 29
  const large = { ...answer, output: bytes(5, room - 600) }
  expect([noteFits(large), noteFits({ ...large, patch: bytes(6, 1) })]).toEqual([true, false])
  notes.ended([{ id, ending: large }])
  expect([...notes.read()]).toEqual([{ kind: 'ended', id, answer: large }])
})

test('nobody else may read them, and nothing is noted once they are closed', () => {
  expect(statSync(file).mode & 0o777).toBe(0o600)
  notes.close()
  expect(() => notes.forgotten(id)).toThrow('closed')
  notes.clear()
  expect([...notes.read()]).toEqual([])
})

test('any number of endings is noted together, in their order, whatever their sizes', () => {
  const sizes = [10, 64 * 1024 - 29 - 600, 0, 1, ...Array.from({ length: 200 }, (_, at) => at * 9)]
  const endings = sizes.map((size, at) => {
    return { id: bytes(at, 16), ending: { ...answer, output: bytes(at, size) } }
  })
  notes.ended([])
  notes.ended(endings)
  const expected = endings.map((one) => ({ kind: 'ended', id: one.id, answer: one.ending }))
  expect([...reopen().read()]).toEqual(expected)
})
