/** Who changed what of the observer: kept, bounded, never edited. */

import type { DatabaseSync, StatementSync } from 'node:sqlite'

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

export class Audit {
  readonly #add: StatementSync
  readonly #trim: StatementSync
  readonly #list: StatementSync
  readonly #find: StatementSync
  readonly #now: () => number

  constructor(db: DatabaseSync, now: () => number) {
    this.#now = now
    this.#add = db.prepare('INSERT INTO audit (at, who, what, about) VALUES (?, ?, ?, ?)')
    this.#trim = db.prepare('DELETE FROM audit WHERE seq <= (SELECT max(seq) - ? FROM audit)')
    this.#find = db.prepare('SELECT 1 FROM audit WHERE what = ? LIMIT 1')
    this.#list = db.prepare('SELECT * FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ?')
  }

  note(who: string, what: string, about = ''): void {
    this.#add.run(this.#now(), who, what, about)
    this.#trim.run(ENTRIES_MAX)
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
