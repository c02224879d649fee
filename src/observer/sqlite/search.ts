/**
 * The full-text index of a day, filled behind the spans: they are durable first, and found by their
 * words some seconds later at most. What waits stands in the file, so a restart forgets nothing.
 */

import { wordsOf } from '../sums.ts'
import type { Day } from './day.ts'

/** Rows indexed in one transaction, count: some 10 ms of work. */
const TURN_ROWS = 64
/** Texts of one trace are numbered in the low bits of their row in the index. */
const NUMBERS = 2 ** 21
/** Hits of one word that are looked at, count: some 50 ms. */
export const HITS_MAX = 200_000
/** Words of a question, count. */
const WORDS_MAX = 16

/** Index some of what waits. @returns rows indexed; 0 when nothing waits */
export function indexSome(day: Day): number {
  const { db } = day
  const sql = 'SELECT seq, trace, text FROM unsearched ORDER BY seq LIMIT ?'
  const rows = db.all(sql, TURN_ROWS)
  const last = rows.at(-1)
  if (last === undefined) return 0
  const texts = new Map<number, { row: number; texts: string[] }>()
  for (const [seq, trace, text] of rows) {
    const row = Number(trace) * NUMBERS + (Number(seq) % NUMBERS)
    const known = texts.get(Number(trace))
    if (known === undefined) texts.set(Number(trace), { row, texts: [String(text)] })
    else known.texts.push(String(text))
  }
  // What a crash takes of this is still waiting then: no need to wait for the disk.
  db.exec('PRAGMA synchronous = NORMAL')
  try {
    db.begin()
    // Rising rows: the index writes itself out whenever they fall.
    for (const { row, texts: parts } of [...texts.values()].sort((a, b) => a.row - b.row)) {
      db.run('INSERT INTO search (rowid, text) VALUES (?, ?)', row, parts.join('\n'))
    }
    db.run('DELETE FROM unsearched WHERE seq <= ?', Number(last[0]))
    db.commit()
  } catch (error) {
    db.rollback()
    throw error
  } finally {
    db.exec('PRAGMA synchronous = FULL')
  }
  return rows.length
}

/** Rows of the traces in which all words of a text occur; undefined for a text without words. */
export function rowsWith(day: Day, text: string): Set<number> | undefined {
  const words = wordsOf(text).slice(0, WORDS_MAX)
  let found: Set<number> | undefined
  for (const word of words) {
    found = rowsWithWord(day, word, found)
    if (found.size === 0) return found
  }
  return found
}

function rowsWithWord(day: Day, word: string, among: Set<number> | undefined): Set<number> {
  const sql = 'SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT ?'
  const rows = new Set<number>()
  try {
    for (const [hit] of day.db.all(sql, `"${word}"`, HITS_MAX)) {
      const row = Math.floor(Number(hit) / NUMBERS)
      if (among === undefined || among.has(row)) rows.add(row)
    }
  } catch {
    // A word that the index splits where we do not: it has no such word.
  }
  return rows
}
