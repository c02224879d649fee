/** Who changed what of the observer: kept, bounded, never edited. */

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { inOne } from './database.ts'

/** Entries kept, count: years of a person's changes; the oldest go first. */
const ENTRIES_MAX = 100_000

export interface AuditEntry {
  readonly seq: number
  /** ms since 1970 */
  readonly at: number
  readonly who: string
  /** For example `key.created`. */
  readonly what: string
  readonly about: string
}

/** What is to be noted. */
export type AuditNote = readonly [who: string, what: string, about?: string | undefined]

export class Audit {
  readonly #db: DatabaseSync
  readonly #add: StatementSync
  readonly #trim: StatementSync
  readonly #list: StatementSync
  readonly #find: StatementSync
  readonly #strike: StatementSync
  readonly #now: () => number

  constructor(db: DatabaseSync, now: () => number) {
    this.#db = db
    this.#now = now
    this.#strike = db.prepare('DELETE FROM audit WHERE seq = ? AND at = ? AND what = ?')
    this.#add = db.prepare('INSERT INTO audit (at, who, what, about) VALUES (?, ?, ?, ?)')
    this.#trim = db.prepare('DELETE FROM audit WHERE seq <= (SELECT max(seq) - ? FROM audit)')
    this.#find = db.prepare('SELECT 1 FROM audit WHERE what = ? LIMIT 1')
    this.#list = db.prepare('SELECT * FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ?')
  }

  /**
   * Within the transaction of what it tells of, if there is one.
   *
   * @throws PeerworkError `STORE_FULL`, `STORE_FAILED`, unless it is within one
   */
  note(...note: AuditNote): void {
    if (this.#db.isTransaction) this.#write(note)
    else inOne(this.#db, () => this.#write(note))
  }

  /**
   * Do what lies in another file, with an entry: there is no action without its entry, which is on
   * the disk before, and no entry without its action, since it is struck when nothing was done.
   * Only a process that is killed in between leaves one of what it did not do, or a disk on which
   * nothing can even be struck: then it is said.
   *
   * @param action says `undefined` or `false` when there was nothing to be done
   * @throws PeerworkError `STORE_FULL`, `STORE_FAILED`: nothing was done; or what `action` throws
   */
  async around<Value>(note: AuditNote, action: () => Value | Promise<Value>): Promise<Value> {
    const [at, what] = [this.#now(), note[1]]
    const seq = inOne(this.#db, () => this.#write(note, at))
    const strike = (): void => inOne(this.#db, () => void this.#strike.run(seq, at, what))
    let value: Value
    try {
      value = await action()
    } catch (error) {
      strike()
      throw error
    }
    if (value === undefined || value === false) strike()
    return value
  }

  #write([who, what, about = '']: AuditNote, at = this.#now()): number | bigint {
    const { lastInsertRowid } = this.#add.run(at, who, what, about)
    this.#trim.run(ENTRIES_MAX)
    return lastInsertRowid
  }

  /** Whether there is an entry that says this. */
  knows(what: string): boolean {
    return this.#find.get(what) !== undefined
  }

  /** Newest first. */
  list(limit: number, before = Number.MAX_SAFE_INTEGER): readonly AuditEntry[] {
    return this.#list.all(before, limit) as unknown as readonly AuditEntry[]
  }
}
