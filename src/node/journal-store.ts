/**
 * The journal's file: two tables, and how expired rows leave them.
 *
 * `work` has a row for each task that was taken, `answer` one for each that ended; the file is also
 * the lock of the home.
 */

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { StatementSync } from 'node:sqlite'
import { PeerworkError } from '../protocol/errors.ts'
import { keepPrivate } from './home.ts'
import { JournalIds } from './journal-ids.ts'
import type { Answer, Begun, Note } from './journal-notes.ts'

/** Stored results and outputs together, bytes; the oldest go first. */
const ANSWER_BYTES_MAX = 512 * 1024 * 1024
/** The same for an agent without a home, whose journal is in memory. */
const MEMORY_ANSWER_BYTES_MAX = ANSWER_BYTES_MAX / 2
/** How much of that may be written before somebody looks whether it is too much. */
const UNSEEN_SHARE = 1 / 8
/** Rows looked at in one sweep: some 10 ms, and more than 2 s of the fastest agent brings. */
const SWEEP_ROWS = 20_000
/** Rows whose ids are learned at the start, count: some 2 ms. The others are with the sweeps. */
const LEARN_ROWS = 2_000

export interface Row extends Answer {
  readonly task: Uint8Array
  readonly work: Uint8Array
  readonly boot: number
  /** Null while there is no answer. */
  readonly answered: number | null
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS work (
    seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, task BLOB NOT NULL, work BLOB NOT NULL,
    expires INTEGER NOT NULL, boot INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS answer (
    seq INTEGER PRIMARY KEY, result BLOB, output BLOB, patch BLOB
  ) STRICT;
  CREATE TABLE IF NOT EXISTS boot (seq INTEGER PRIMARY KEY) STRICT;
  PRAGMA user_version = 1;
`

export class JournalStore {
  /** Number of this start, one more than the last. */
  readonly boot: number
  readonly #db: DatabaseSync
  readonly #find: StatementSync
  readonly #weigh: StatementSync
  readonly #begin: StatementSync
  readonly #end: StatementSync
  readonly #remove: StatementSync
  readonly #answerBytesMax: number
  /** Number of the first row of this start. */
  readonly #first: number
  /**
   * Of the next row. Not left to the database, which gives the number of a row that was removed
   * once more, while the work of that row may still run and end.
   */
  #next: number
  /** Ids of the rows, as far as they were learned. */
  readonly #ids = new JournalIds()
  /** Rows up to this number were learned; undefined: all of them. */
  #learned: number | undefined = 0
  /** Bytes of answers since somebody looked whether they are too many. */
  #unseen = 0
  /** The same at the last sweep. */
  #unseenBefore = 0
  /** The walk of the sweeps has come so far. */
  #swept = 0

  /**
   * @param home directory of the file; without it everything lives in memory
   * @param now rows that expired before are removed first, ms since 1970
   * @throws PeerworkError `HOME_IN_USE` when another process has this home, `STORE_FAILED`. The
   *   lock is not kept then.
   */
  constructor(home: string | undefined, now: number) {
    this.#answerBytesMax = home === undefined ? MEMORY_ANSWER_BYTES_MAX : ANSWER_BYTES_MAX
    this.#db = openDatabase(home)
    try {
      this.#db.exec(SCHEMA)
      this.#find = this.#db.prepare(
        `SELECT task, work, boot, answer.seq AS answered, result, output, patch
         FROM work LEFT JOIN answer USING (seq) WHERE id = ?`
      )
      // The length of a blob stands in its row's header.
      this.#weigh = this.#db.prepare(
        `SELECT ifnull(length(output), 0) + ifnull(length(patch), 0) AS bytes
         FROM work JOIN answer USING (seq) WHERE id = ?`
      )
      this.#begin = this.#db.prepare(
        'INSERT INTO work (seq, id, task, work, expires, boot) VALUES (?, ?, ?, ?, ?, ?)'
      )
      this.#end = this.#db.prepare(
        `INSERT INTO answer (seq, result, output, patch)
         SELECT seq, ?, ?, ? FROM work WHERE seq = ?`
      )
      this.#remove = this.#db.prepare('DELETE FROM work WHERE id = ?')
      const { lastInsertRowid } = this.#db.prepare('INSERT INTO boot DEFAULT VALUES').run()
      this.boot = Number(lastInsertRowid)
      this.#sweepAll(now)
      const { next } = this.#db
        .prepare('SELECT ifnull(max(seq), 0) + 1 AS next FROM work')
        .get() as { next: number }
      this.#first = this.#next = next
      this.#learn(LEARN_ROWS)
    } catch (error) {
      this.#db.close()
      throw unopened(error, home)
    }
  }

  get isOpen(): boolean {
    return this.#db.isOpen
  }

  find(id: Uint8Array): Row | undefined {
    if (!this.#ids.mayHave(id)) return undefined
    return this.#find.get(id) as Row | undefined
  }

  /** Bytes of the output and patch in a row. */
  weigh(id: Uint8Array): number {
    const found = this.#weigh.get(id) as { bytes: number } | undefined
    return found?.bytes ?? 0
  }

  /** @returns the row's number, for `end` */
  begin({ id, task, work, expires }: Begun, boot = this.boot): number {
    this.#ids.add(id)
    const seq = this.#next++
    this.#begin.run(seq, id, task, work, expires, boot)
    return seq
  }

  /** Nothing for a row that was removed: it had expired. */
  end(seq: number, { result, output, patch }: Answer): void {
    this.#end.run(result, output, patch, seq)
    for (const part of [result, output, patch]) this.#unseen += part?.length ?? 0
  }

  remove(id: Uint8Array): void {
    this.#remove.run(id)
  }

  /** Notes of an earlier start become rows, except those that did already. */
  restore(notes: Iterable<Note>): void {
    const look = this.#db.prepare(
      'SELECT work.seq, answer.seq AS answered FROM work LEFT JOIN answer USING (seq) WHERE id = ?'
    )
    this.together(() => {
      for (const note of notes) {
        const known = look.get(note.id) as { seq: number; answered: number | null } | undefined
        // What has an answer began anew behind this note, and became a row before the notes went.
        if (note.kind === 'forgotten') {
          if (known?.answered === null) this.remove(note.id)
        } else if (note.kind === 'begun') {
          if (known === undefined) this.begin(note, this.boot - 1)
        } else if (known?.answered === null) this.end(known.seq, note.answer)
      }
    })
  }

  /** All of the steps or none. @throws what a step, or the disk, failed with */
  together(steps: () => void): void {
    try {
      this.#db.exec('BEGIN')
      steps()
      if (this.#unseen > this.#answerBytesMax * UNSEEN_SHARE) this.#limitAnswers()
      this.#db.exec('COMMIT')
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
  }

  /** Give back what a write that failed has taken of a full disk, as far as that is possible. */
  shrink(): void {
    try {
      this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch {
      // Then the log stays as long as it is; its space is used again.
    }
  }

  close(): void {
    this.#db.close()
  }

  /**
   * Walk on through the table, a bounded stretch at a time, removing what has expired. Behind its
   * end the walk begins anew, although rows are added all the time.
   */
  sweep(now: number): void {
    this.#learn(SWEEP_ROWS)
    const { last, rows } = this.#db
      .prepare(
        `SELECT max(seq) AS last, count(*) AS rows
         FROM (SELECT seq FROM work WHERE seq > ? ORDER BY seq LIMIT ?)`
      )
      .get(this.#swept, SWEEP_ROWS) as { last: number | null; rows: number }
    const gone = 'SELECT seq FROM work WHERE seq > ? AND seq <= ? AND expires < ?'
    const range = [this.#swept, last, now] as const
    this.#db.prepare(`DELETE FROM answer WHERE seq IN (${gone})`).run(...range)
    this.#db.prepare(`DELETE FROM work WHERE seq IN (${gone})`).run(...range)
    this.#swept = rows < SWEEP_ROWS || last === null ? 0 : last
    // While nobody works there is time to look exactly.
    if (this.#unseen > 0 && this.#unseen === this.#unseenBefore) this.#limitAnswers()
    this.#unseenBefore = this.#unseen
  }

  /** Learn the ids of some more rows that were there at the start. */
  #learn(most: number): void {
    if (this.#learned === undefined) return
    const rows = this.#db
      .prepare('SELECT seq, id FROM work WHERE seq > ? AND seq < ? ORDER BY seq LIMIT ?')
      .all(this.#learned, this.#first, most) as { seq: number; id: Uint8Array }[]
    for (const { id } of rows) this.#ids.add(id)
    this.#learned = rows.length < most ? undefined : rows.at(-1)?.seq
    if (this.#learned === undefined) this.#ids.whole()
  }

  /** At the start: everything that expired while nobody looked. */
  #sweepAll(now: number): void {
    this.#db.prepare('DELETE FROM work WHERE expires < ?').run(now)
    this.#db.exec('DELETE FROM answer WHERE seq NOT IN (SELECT seq FROM work)')
    this.#limitAnswers()
  }

  /** Too many bytes of answers: the oldest keep their place, so they are not run again; no more. */
  #limitAnswers(): void {
    this.#db
      .prepare(
        `UPDATE answer SET result = NULL, output = NULL, patch = NULL
         WHERE result IS NOT NULL AND seq <= (
           SELECT max(seq) FROM (
             SELECT seq, sum(ifnull(length(result), 0) + ifnull(length(output), 0)
               + ifnull(length(patch), 0)) OVER (ORDER BY seq DESC) AS total FROM answer)
           WHERE total > ?)`
      )
      .run(this.#answerBytesMax)
    this.#unseen = 0
  }
}

function openDatabase(home: string | undefined): DatabaseSync {
  let db: DatabaseSync | undefined
  try {
    const path = home === undefined ? ':memory:' : join(home, 'journal.db')
    if (home !== undefined) keepPrivate(path)
    db = new DatabaseSync(path, { timeout: 0, defensive: true })
    // EXCLUSIVE: held until this process ends, however it ends. That is the lock of the home.
    db.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL'
    )
    // 16 MB of pages in memory; the log is folded into the file every 16 MB.
    db.exec('PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 4000')
    return db
  } catch (error) {
    db?.close()
    throw unopened(error, home)
  }
}

/** What the disk failed with, in our words. */
export function failed(error: unknown): PeerworkError {
  return new PeerworkError('STORE_FAILED', `the journal failed: ${(error as Error).message}`)
}

function unopened(error: unknown, home: string | undefined): PeerworkError {
  const { message, errcode } = error as Error & { errcode?: number }
  const facts = { home: home ?? '' }
  if (errcode === 5 || /locked|busy/i.test(message)) {
    return new PeerworkError('HOME_IN_USE', `another agent runs in ${home}`, facts)
  }
  return new PeerworkError('STORE_FAILED', `cannot open the journal: ${message}`, facts)
}
