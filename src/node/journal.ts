/**
 * The journal: which tasks were taken, and how they ended. It is what makes a task run at most once,
 * also across a restart, and it is the lock of the home.
 *
 * A task is written before it runs. A result is written in the same turn it is sent, several in one
 * transaction. What was running when the process died is found as `running` at the next start and
 * becomes `INTERRUPTED`: never run again, because nobody knows how far it came.
 */

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { StatementSync } from 'node:sqlite'
import { PeerworkError } from '../protocol/errors.ts'

/** Stored results and outputs together, bytes; the oldest outputs go first. */
const OUTPUT_BYTES_MAX = 512 * 1024 * 1024
/** How often expired rows are removed and failed writes tried again, ms. */
const SWEEP_MS = 60_000
/** Endings kept in memory while the disk refuses them, count. */
const WAITING_MAX = 1024

/** What identifies work: who asked, under which key, for what. */
export interface Entry {
  readonly from: string
  readonly key: string
  /** Digest of the sealed task's body. */
  readonly task: Uint8Array
  /** Digest of the skill name and input: the same key must mean the same work. */
  readonly work: Uint8Array
  readonly expires: number
}

export interface Ending {
  /** The sealed result. */
  readonly result: Uint8Array
  /** The output; null when there is none. */
  readonly output: Uint8Array | null
  /** Changes to the shared state; null when there are none. */
  readonly patch: Uint8Array | null
}

/** What the journal knows of an entry. */
export type Known =
  | { readonly state: 'new' }
  | { readonly state: 'running' }
  /** Ran when the process died. */
  | { readonly state: 'interrupted' }
  /** Same key, other work. */
  | { readonly state: 'conflict' }
  /** Finished, but its answer was removed to save space. */
  | { readonly state: 'forgotten' }
  | ({ readonly state: 'finished'; readonly task: Uint8Array } & Ending)

interface Row {
  state: string
  task: Uint8Array
  work: Uint8Array
  result: Uint8Array | null
  output: Uint8Array | null
  patch: Uint8Array | null
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS work (
    requester TEXT NOT NULL, key TEXT NOT NULL, task BLOB NOT NULL, work BLOB NOT NULL,
    expires INTEGER NOT NULL, state TEXT NOT NULL, result BLOB, output BLOB, patch BLOB,
    PRIMARY KEY (requester, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS work_by_expiry ON work (expires);
  PRAGMA user_version = 1;
`

export class Journal {
  readonly #db: DatabaseSync
  readonly #find: StatementSync
  readonly #insert: StatementSync
  readonly #finish: StatementSync
  readonly #remove: StatementSync
  readonly #now: () => number
  readonly #complain: (error: PeerworkError) => void
  readonly #sweeper: NodeJS.Timeout
  #endings: { entry: Entry; ending: Ending }[] = []
  #flushing = false

  /**
   * @param home directory of the journal file; without it the journal lives in memory
   * @param complain told when an ending cannot be written (disk full); it is tried again
   * @throws PeerworkError `HOME_IN_USE` when another process has this home, `STORE_FAILED`
   */
  constructor(
    home: string | undefined,
    now: () => number,
    complain: (error: PeerworkError) => void = () => undefined
  ) {
    this.#now = now
    this.#complain = complain
    this.#db = openDatabase(home)
    this.#find = this.#db.prepare(
      'SELECT state, task, work, result, output, patch FROM work WHERE requester = ? AND key = ?'
    )
    this.#insert = this.#db.prepare(
      `INSERT INTO work (requester, key, task, work, expires, state)
       VALUES (?, ?, ?, ?, ?, 'running')`
    )
    this.#finish = this.#db.prepare(
      `UPDATE work SET state = 'finished', result = ?, output = ?, patch = ?
       WHERE requester = ? AND key = ?`
    )
    this.#remove = this.#db.prepare('DELETE FROM work WHERE requester = ? AND key = ?')
    this.#db.exec(`UPDATE work SET state = 'interrupted' WHERE state = 'running'`)
    this.#sweep()
    this.#sweeper = setInterval(() => this.#tidy(), SWEEP_MS).unref()
  }

  /** What is known of this work. */
  look(entry: Entry): Known {
    const waiting = this.#endings.find(({ entry: { from, key } }) => {
      return from === entry.from && key === entry.key
    })
    if (waiting !== undefined) return judge(entry, rowOf(waiting))
    const row = this.#find.get(entry.from, entry.key) as Row | undefined
    return row === undefined ? { state: 'new' } : judge(entry, row)
  }

  /** Note that work begins. On disk when this returns. @throws PeerworkError `STORE_FAILED` */
  begin(entry: Entry): void {
    const { from, key, task, work, expires } = entry
    attempt(() => this.#insert.run(from, key, task, work, expires))
  }

  /** Note how work ended. On disk after the current turn of the event loop. */
  finish(entry: Entry, ending: Ending): void {
    this.#endings.push({ entry, ending })
    if (this.#flushing) return
    this.#flushing = true
    setImmediate(() => this.flush())
  }

  /** Work that was refused after all: as if it had never come. */
  forget(entry: Entry): void {
    attempt(() => this.#remove.run(entry.from, entry.key))
  }

  /** Write the endings that wait. What cannot be written stays readable here and is tried again. */
  flush(): void {
    this.#flushing = false
    if (this.#endings.length === 0 || !this.#db.isOpen) return
    const endings = this.#endings
    try {
      if (endings.length > 1) this.#db.exec('BEGIN')
      for (const { entry, ending } of endings) {
        this.#finish.run(ending.result, ending.output, ending.patch, entry.from, entry.key)
      }
      if (endings.length > 1) this.#db.exec('COMMIT')
      this.#endings = []
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      this.#endings = endings.slice(-WAITING_MAX)
      this.#complain(new PeerworkError('STORE_FAILED', `the journal failed: ${messageOf(error)}`))
    }
  }

  close(): void {
    clearInterval(this.#sweeper)
    this.flush()
    this.#db.close()
  }

  #tidy(): void {
    this.flush()
    try {
      this.#sweep()
    } catch (error) {
      this.#complain(error as PeerworkError)
    }
  }

  /** Remove what has expired; when there is still too much, drop the outputs that expire first. */
  #sweep(): void {
    if (!this.#db.isOpen) return
    attempt(() => {
      this.#db.prepare(`DELETE FROM work WHERE expires < ? AND state <> 'running'`).run(this.#now())
      this.#db
        .prepare(
          `UPDATE work SET state = 'forgotten', result = NULL, output = NULL, patch = NULL
           WHERE state = 'finished' AND (requester, key) IN (
             SELECT requester, key FROM (
               SELECT requester, key,
                 sum(length(result) + ifnull(length(output), 0)) OVER (ORDER BY expires DESC) total
               FROM work WHERE state = 'finished')
             WHERE total > ?)`
        )
        .run(OUTPUT_BYTES_MAX)
    })
  }
}

function openDatabase(home: string | undefined): DatabaseSync {
  try {
    const path = home === undefined ? ':memory:' : join(home, 'journal.db')
    const db = new DatabaseSync(path, { timeout: 0, defensive: true })
    // EXCLUSIVE: held until this process ends, however it ends. That is the lock of the home.
    db.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL'
    )
    db.exec(SCHEMA)
    return db
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number }
    if (errcode === 5 || /locked|busy/i.test(message)) {
      throw new PeerworkError('HOME_IN_USE', `another agent runs in ${home}`, { home: home ?? '' })
    }
    throw new PeerworkError('STORE_FAILED', `cannot open the journal: ${message}`, {
      home: home ?? ''
    })
  }
}

function judge(entry: Entry, row: Row): Known {
  if (Buffer.compare(row.work, entry.work) !== 0) return { state: 'conflict' }
  if (row.state === 'finished' && row.result !== null) {
    const { task, result, output, patch } = row
    return { state: 'finished', task, result, output, patch }
  }
  if (row.state === 'running' || row.state === 'interrupted') return { state: row.state }
  return { state: 'forgotten' }
}

function rowOf({ entry, ending }: { entry: Entry; ending: Ending }): Row {
  return { ...ending, state: 'finished', task: entry.task, work: entry.work }
}

function attempt<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new PeerworkError('STORE_FAILED', `the journal failed: ${messageOf(error)}`)
  }
}

const messageOf = (error: unknown): string => (error as Error).message
