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
/** Hits of a word up to which each is fetched, count; of more, the list is walked. */
const FEW_HITS = 2_000
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

/** What a text finds in a day. */
export interface Hits {
  /** Rows of all traces that it finds; undefined when they are many: then walk, and ask of each. */
  readonly rows: readonly number[] | undefined
  readonly has: (row: number) => boolean
}

/** @returns undefined for a text without words: it asks for nothing */
export function hitsOf(day: Day, text: string): Hits | undefined {
  const words = wordsOf(text).slice(0, WORDS_MAX)
  if (words.length === 0) return undefined
  const found = words.map((word) => ({ word, rows: rowsWith(day, word) }))
  const [rarest, ...others] = found.toSorted((a, b) => a.rows.length - b.rows.length)
  const has = (row: number, among: typeof found): boolean =>
    among.every(({ word }) => rowsWith(day, word, row).length > 0)
  const isFew = rarest !== undefined && rarest.rows.length <= FEW_HITS
  const rows = isFew ? [...new Set(rarest.rows)].filter((row) => has(row, others)) : undefined
  return { rows, has: (row) => has(row, found) }
}

const ANYWHERE = 'SELECT rowid FROM search WHERE search MATCH ? LIMIT ?'
const IN_ONE = 'SELECT rowid FROM search WHERE search MATCH ? AND rowid BETWEEN ? AND ? LIMIT 1'

/** Up to one more than are few; of one trace up to one. */
function rowsWith(day: Day, word: string, row?: number): number[] {
  try {
    const hits =
      row === undefined
        ? day.db.all(ANYWHERE, `"${word}"`, FEW_HITS + 1)
        : day.db.all(IN_ONE, `"${word}"`, row * NUMBERS, (row + 1) * NUMBERS - 1)
    return hits.map(([hit]) => Math.floor(Number(hit) / NUMBERS))
  } catch {
    // A word that the index splits where we do not: it has no such word.
    return []
  }
}
