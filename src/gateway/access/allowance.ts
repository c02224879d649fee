/**
 * How much each key may ask: a bucket of requests that refills, and is written down so that a
 * restart does not fill it.
 */

import type { DatabaseSync } from 'node:sqlite'
import { attempt } from './database.ts'

/** Requests a second that each caller may make on and on. */
const RATE = 100
/** … and at once. */
const BURST = 1_000
/** Without a key: what guesses at one, and mistakes. */
const STRANGER_RATE = 1
const STRANGER_BURST = 30
/** How often buckets are written, ms; a crash forgets so much of what was used. */
const WRITE_EVERY_MS = 1_000
/** Buckets kept, count: more than keys there may be. */
const BUCKETS_MAX = 4_096

interface Bucket {
  left: number
  /** ms since 1970 */
  at: number
}

export class Allowance {
  readonly #db: DatabaseSync
  readonly #now: () => number
  readonly #buckets = new Map<string, Bucket>()
  #written: number

  constructor(db: DatabaseSync, now: () => number) {
    this.#db = db
    this.#now = now
    this.#written = now()
    const rows = db.prepare('SELECT name, left, at FROM allowance').all()
    for (const { name, left, at } of rows) {
      this.#buckets.set(name as string, { left: left as number, at: at as number })
    }
  }

  /** Take one request; @returns how long to wait when there is none left, ms */
  take(name: string, stranger = false): number {
    const now = this.#now()
    const [rate, burst] = stranger ? [STRANGER_RATE, STRANGER_BURST] : [RATE, BURST]
    const bucket = this.#buckets.get(name) ?? { left: burst, at: now }
    const refilled = Math.min(burst, bucket.left + (Math.max(0, now - bucket.at) / 1_000) * rate)
    const left = refilled >= 1 ? refilled - 1 : refilled
    this.#buckets.delete(name)
    this.#buckets.set(name, { left, at: now })
    if (this.#buckets.size > BUCKETS_MAX) this.#forget()
    if (now - this.#written >= WRITE_EVERY_MS) this.write()
    return refilled >= 1 ? 0 : ((1 - refilled) / rate) * 1_000
  }

  /** Before the end, and now and then. What cannot be written, as on a full disk, still counts. */
  write(): void {
    this.#written = this.#now()
    attempt(this.#db, () => {
      const put = this.#db.prepare('INSERT INTO allowance (name, left, at) VALUES (?, ?, ?)')
      this.#db.exec('DELETE FROM allowance')
      for (const [name, { left, at }] of this.#buckets) put.run(name, left, at)
    })
  }

  #forget(): void {
    const [oldest] = this.#buckets.keys()
    if (oldest !== undefined) this.#buckets.delete(oldest)
  }
}
