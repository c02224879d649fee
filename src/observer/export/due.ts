/**
 * Names of the spans that are to be passed on, in a file: a restart goes on where it was, and what
 * waits takes no memory.
 */

import type { DatabaseSync } from 'node:sqlite'
import { openAlertsFile, together } from '../alerts/database.ts'
import type { SpanName } from './whole.ts'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS due (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, trace TEXT NOT NULL, span TEXT NOT NULL,
    at INTEGER NOT NULL, UNIQUE (trace, span)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS count (name TEXT PRIMARY KEY, value INTEGER NOT NULL)
    STRICT, WITHOUT ROWID;
`

export interface DueName extends SpanName {
  readonly seq: number
}

/** `alive`: when the process was seen last, ms since 1970; the others are counts of spans. */
type Mark = 'alive' | 'sent' | 'rejected' | 'dropped'

export class Due implements Disposable {
  readonly #db: DatabaseSync
  readonly #max: number
  #waiting: number

  /** @param max names that may wait, count @throws PeerworkError `STORE_FAILED`, `STORE_FULL` */
  constructor(dir: string, max: number) {
    this.#max = max
    this.#db = openAlertsFile(dir, 'export.db', SCHEMA)
    // A killed process loses nothing so; a power cut at most what the last sign of life covers.
    this.#db.exec('PRAGMA synchronous = NORMAL')
    this.#waiting = Number(this.#db.prepare('SELECT count(*) AS n FROM due').get()?.['n'] ?? 0)
  }

  get waiting(): number {
    return this.#waiting
  }

  /** When the oldest was told of, ms since 1970. */
  oldest(): number | undefined {
    const at = this.#db.prepare('SELECT at FROM due ORDER BY seq LIMIT 1').get()?.['at']
    return at === undefined ? undefined : Number(at)
  }

  /** The number of the one that was told of last; numbers only grow. */
  last(): number {
    return Number(this.#db.prepare('SELECT max(seq) AS n FROM due').get()?.['n'] ?? 0)
  }

  /** Those up to a number, the oldest first. */
  first(upTo: number, limit: number): readonly DueName[] {
    return this.#db
      .prepare('SELECT seq, trace, span FROM due WHERE seq <= ? ORDER BY seq LIMIT ?')
      .all(upTo, limit) as unknown as readonly DueName[]
  }

  /** @returns how many found no room, and were counted as dropped @throws PeerworkError */
  add(names: readonly SpanName[], now: number): number {
    let full = 0
    together(this.#db, () => {
      const find = this.#db.prepare('SELECT 1 FROM due WHERE trace = ? AND span = ?')
      const drop = this.#db.prepare('DELETE FROM due WHERE trace = ? AND span = ?')
      const put = this.#db.prepare('INSERT INTO due (trace, span, at) VALUES (?, ?, ?)')
      for (const { trace, span } of names) {
        if (this.#waiting >= this.#max && find.get(trace, span) === undefined) {
          full++
          continue
        }
        // One that waits already moves to the end: what is read then is newer.
        this.#waiting += 1 - Number(drop.run(trace, span).changes)
        put.run(trace, span, now)
      }
      this.#add('dropped', full)
    })
    return full
  }

  /** These were dealt with, unless they were told of again since. @throws PeerworkError */
  done(names: readonly DueName[], counts: Readonly<Partial<Record<Mark, number>>>): void {
    together(this.#db, () => {
      const drop = this.#db.prepare('DELETE FROM due WHERE seq = ?')
      for (const { seq } of names) this.#waiting -= Number(drop.run(seq).changes)
      for (const mark of ['sent', 'rejected', 'dropped'] as const)
        this.#add(mark, counts[mark] ?? 0)
    })
  }

  mark(name: Mark): number {
    const row = this.#db.prepare('SELECT value FROM count WHERE name = ?').get(name)
    return Number(row?.['value'] ?? 0)
  }

  setMark(name: Mark, value: number): void {
    this.#db.prepare('INSERT OR REPLACE INTO count (name, value) VALUES (?, ?)').run(name, value)
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }

  #add(name: Mark, more: number): void {
    if (more > 0) this.setMark(name, this.mark(name) + more)
  }
}
