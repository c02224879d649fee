/** Since when something holds that is no alert yet; written, so that a restart goes on with it. */

import type { DatabaseSync } from 'node:sqlite'
import { together } from './database.ts'

/** Entries at once, count: a producer and rule each; the oldest go first. */
const ENTRIES_MAX = 10_000

interface Entry {
  readonly rule: string
  readonly subject: string
  /** ms since 1970 */
  readonly since: number
  readonly value: number
}

export class Pending {
  readonly #db: DatabaseSync
  readonly #now: () => number
  readonly #entries = new Map<string, Entry>()
  /** Changed since the last `write`; undefined: gone. */
  #changed = new Map<string, Entry | undefined>()

  constructor(db: DatabaseSync, now: () => number) {
    this.#db = db
    this.#now = now
    for (const row of db.prepare('SELECT * FROM pending ORDER BY since').all()) {
      const entry = row as unknown as Entry
      this.#entries.set(`${entry.rule}\n${entry.subject}`, entry)
    }
  }

  /** Since when it holds with this value; from now on when the value is another one. */
  since(rule: string, subject: string, value: number): number {
    const found = this.#entries.get(`${rule}\n${subject}`)
    if (found?.value === value) return found.since
    return this.#put({ rule, subject, since: this.#now(), value }).since
  }

  /** The value at a time not before `oldest`; the present one becomes it when that is over. */
  base(rule: string, subject: string, value: number, oldest: number): number {
    const found = this.#entries.get(`${rule}\n${subject}`)
    if (found !== undefined && found.since >= oldest && found.value <= value) return found.value
    return this.#put({ rule, subject, since: this.#now(), value }).value
  }

  /** Forget what does not hold any more. */
  keepOnly(rule: string, subjects: ReadonlySet<string>): void {
    for (const [key, entry] of this.#entries) {
      if (entry.rule === rule && !subjects.has(entry.subject)) this.#remove(key)
    }
  }

  /** All changes at once: one look may change as many as there are producers. */
  write(): void {
    const changed = this.#changed
    if (changed.size === 0) return
    together(this.#db, () => {
      const put = this.#db.prepare('INSERT OR REPLACE INTO pending VALUES (?, ?, ?, ?)')
      const drop = this.#db.prepare('DELETE FROM pending WHERE rule = ? AND subject = ?')
      for (const [key, entry] of changed) {
        const [rule = '', subject = ''] = key.split('\n')
        if (entry === undefined) drop.run(rule, subject)
        else put.run(rule, subject, entry.since, entry.value)
      }
    })
    this.#changed = new Map()
  }

  #put(entry: Entry): Entry {
    const key = `${entry.rule}\n${entry.subject}`
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    this.#changed.set(key, entry)
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > ENTRIES_MAX && oldest !== undefined) this.#remove(oldest)
    return entry
  }

  #remove(key: string): void {
    this.#entries.delete(key)
    this.#changed.set(key, undefined)
  }
}
