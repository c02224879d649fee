/**
 * The journal: which tasks were taken, and how they ended. It is what makes a task run at most once,
 * also across a restart, and it is the lock of the home.
 *
 * A beginning is on disk before the work runs, an ending at the end of the turn that sent it; what
 * comes in one turn shares one transaction. What has no ending and is of an earlier start was
 * running when that process died; nobody knows how far it came, so it is never run again.
 */

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { StatementSync } from 'node:sqlite'
import { digest, toHex } from '../protocol/canonical.ts'
import { PeerworkError } from '../protocol/errors.ts'

/** Stored results and outputs together, bytes; the oldest go first. */
const ANSWER_BYTES_MAX = 512 * 1024 * 1024
/** How often expired rows are looked for and failed writes tried again, ms. */
const SWEEP_MS = 2_000
/** Rows looked at in one sweep: some 10 ms, and more than 2 s of the fastest agent brings. */
const SWEEP_ROWS = 20_000
/** Endings kept in memory while the disk refuses them, count. */
const WAITING_MAX = 1_024

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
  task: Uint8Array
  work: Uint8Array
  boot: number
  answered: number | null
  result: Uint8Array | null
  output: Uint8Array | null
  patch: Uint8Array | null
}

interface Beginning {
  readonly entry: Entry
  readonly id: Uint8Array
  readonly done?: PromiseWithResolvers<void>
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

export class Journal {
  readonly #db: DatabaseSync
  readonly #find: StatementSync
  readonly #begin: StatementSync
  readonly #end: StatementSync
  readonly #remove: StatementSync
  readonly #now: () => number
  readonly #complain: (error: PeerworkError) => void
  readonly #boot: number
  readonly #sweeper: NodeJS.Timeout
  /** Rows of this start that have no ending yet, by id. */
  readonly #open = new Map<string, number | bigint>()
  #beginnings = new Map<string, Beginning>()
  #endings = new Map<string, { entry: Entry; ending: Ending }>()
  #soon: NodeJS.Immediate | undefined
  /** Something was committed in this turn already: what comes now waits for company. */
  #busy = false
  #swept = 0

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
      `SELECT task, work, boot, answer.seq AS answered, result, output, patch
       FROM work LEFT JOIN answer USING (seq) WHERE id = ?`
    )
    this.#begin = this.#db.prepare(
      'INSERT INTO work (id, task, work, expires, boot) VALUES (?, ?, ?, ?, ?)'
    )
    this.#end = this.#db.prepare(
      'INSERT INTO answer (seq, result, output, patch) VALUES (?, ?, ?, ?)'
    )
    this.#remove = this.#db.prepare('DELETE FROM work WHERE id = ?')
    const { lastInsertRowid } = this.#db.prepare('INSERT INTO boot DEFAULT VALUES').run()
    this.#boot = Number(lastInsertRowid)
    this.#sweepAll()
    this.#sweeper = setInterval(() => this.#tidy(), SWEEP_MS).unref()
  }

  /** What is known of this work. */
  look(entry: Entry): Known {
    const id = idOf(entry)
    const key = toHex(id)
    const ended = this.#endings.get(key)
    if (ended !== undefined) {
      const { task, work } = ended.entry
      return judge(
        entry,
        { task, work, boot: this.#boot, answered: 1, ...ended.ending },
        this.#boot
      )
    }
    const begun = this.#beginnings.get(key)
    if (begun !== undefined) {
      const { task, work } = begun.entry
      return judge(entry, { task, work, boot: this.#boot, answered: null, ...NOTHING }, this.#boot)
    }
    const row = this.#find.get(id) as Row | undefined
    return row === undefined ? { state: 'new' } : judge(entry, row, this.#boot)
  }

  /**
   * Note that work begins. The first of a turn is on disk when this returns; those after it share
   * one transaction, and the promise resolves when it is on disk.
   *
   * @throws PeerworkError `STORE_FAILED`, at once or through the promise
   */
  begin(entry: Entry): Promise<void> | undefined {
    const id = idOf(entry)
    if (this.#busy) {
      const done = Promise.withResolvers<void>()
      this.#beginnings.set(toHex(id), { entry, id, done })
      return done.promise
    }
    this.#busy = true
    setImmediate(() => {
      this.#busy = false
      this.#commit()
    })
    this.#beginnings.set(toHex(id), { entry, id })
    const failure = this.#commit()
    if (failure !== undefined) throw failure
    return undefined
  }

  /** Note how work ended. On disk at the end of this turn of the event loop. */
  finish(entry: Entry, ending: Ending): void {
    this.#endings.set(toHex(idOf(entry)), { entry, ending })
    this.#soon ??= setImmediate(() => this.flush())
  }

  /** Work that was refused after all: as if it had never come. */
  forget(entry: Entry): void {
    const id = idOf(entry)
    this.#beginnings.delete(toHex(id))
    this.#open.delete(toHex(id))
    try {
      this.#remove.run(id)
    } catch (error) {
      this.#complain(failed(error))
    }
  }

  /** Write what waits. Endings that cannot be written stay readable here and are tried again. */
  flush(): void {
    const failure = this.#commit()
    if (failure !== undefined) this.#complain(failure)
  }

  close(): void {
    clearInterval(this.#sweeper)
    this.flush()
    this.#db.close()
  }

  /** Everything that waits, in one transaction. Returns why it failed, if it did. */
  #commit(): PeerworkError | undefined {
    clearImmediate(this.#soon)
    this.#soon = undefined
    if (!this.#db.isOpen || this.#beginnings.size + this.#endings.size === 0) return undefined
    const beginnings = this.#beginnings
    this.#beginnings = new Map()
    try {
      this.#db.exec('BEGIN')
      for (const [key, { entry, id }] of beginnings) {
        const { task, work, expires } = entry
        this.#open.set(key, this.#begin.run(id, task, work, expires, this.#boot).lastInsertRowid)
      }
      for (const [key, { ending }] of this.#endings) this.#answer(key, ending)
      this.#db.exec('COMMIT')
    } catch (error) {
      return this.#failed(error, beginnings)
    }
    for (const key of this.#endings.keys()) this.#open.delete(key)
    this.#endings.clear()
    for (const { done } of beginnings.values()) done?.resolve()
    return undefined
  }

  #answer(key: string, { result, output, patch }: Ending): void {
    const seq = this.#open.get(key)
    if (seq !== undefined) this.#end.run(seq, result, output, patch)
  }

  #failed(error: unknown, beginnings: Map<string, Beginning>): PeerworkError {
    const failure = failed(error)
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
    for (const [key, { done }] of beginnings) {
      this.#open.delete(key)
      done?.reject(failure)
    }
    for (const key of this.#endings.keys()) {
      if (this.#endings.size > WAITING_MAX) this.#endings.delete(key)
    }
    return failure
  }

  #tidy(): void {
    this.flush()
    try {
      this.#sweep()
    } catch (error) {
      this.#complain(failed(error))
    }
  }

  /** At the start: everything that expired while nobody looked. */
  #sweepAll(): void {
    const now = this.#now()
    this.#db.prepare('DELETE FROM work WHERE expires < ?').run(now)
    this.#db.exec('DELETE FROM answer WHERE seq NOT IN (SELECT seq FROM work)')
    this.#limitAnswers()
  }

  /** Walk on through the table, a bounded stretch at a time, removing what has expired. */
  #sweep(): void {
    const stretch = this.#db
      .prepare('SELECT max(seq) AS last FROM (SELECT seq FROM work WHERE seq > ? LIMIT ?)')
      .get(this.#swept, SWEEP_ROWS) as { last: number | null }
    const { last } = stretch
    if (last === null) {
      this.#swept = 0
      this.#limitAnswers()
      return
    }
    const gone = 'SELECT seq FROM work WHERE seq > ? AND seq <= ? AND expires < ?'
    const range = [this.#swept, last, this.#now()] as const
    this.#db.prepare(`DELETE FROM answer WHERE seq IN (${gone})`).run(...range)
    this.#db.prepare(`DELETE FROM work WHERE seq IN (${gone})`).run(...range)
    this.#swept = last
  }

  /** Too many bytes of answers: the oldest keep their place, so they are not run again, but no more. */
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
      .run(ANSWER_BYTES_MAX)
  }
}

const NOTHING = { result: null, output: null, patch: null }

/** Peer and key as 128 bits: short to index, and nothing of it can be chosen to collide. */
function idOf({ from, key }: Entry): Uint8Array {
  return digest(Buffer.from(`${from} ${key}`)).subarray(0, 16)
}

function openDatabase(home: string | undefined): DatabaseSync {
  try {
    const path = home === undefined ? ':memory:' : join(home, 'journal.db')
    const db = new DatabaseSync(path, { timeout: 0, defensive: true })
    // EXCLUSIVE: held until this process ends, however it ends. That is the lock of the home.
    db.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL'
    )
    // 16 MB of pages in memory; the log is folded into the file every 16 MB.
    db.exec('PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 4000')
    db.exec(SCHEMA)
    return db
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number }
    const facts = { home: home ?? '' }
    if (errcode === 5 || /locked|busy/i.test(message)) {
      throw new PeerworkError('HOME_IN_USE', `another agent runs in ${home}`, facts)
    }
    throw new PeerworkError('STORE_FAILED', `cannot open the journal: ${message}`, facts)
  }
}

function judge(entry: Entry, row: Row, boot: number): Known {
  if (Buffer.compare(row.work, entry.work) !== 0) return { state: 'conflict' }
  if (row.answered === null) return { state: row.boot === boot ? 'running' : 'interrupted' }
  const { task, result, output, patch } = row
  if (result === null) return { state: 'forgotten' }
  return { state: 'finished', task, result, output, patch }
}

function failed(error: unknown): PeerworkError {
  return new PeerworkError('STORE_FAILED', `the journal failed: ${(error as Error).message}`)
}
