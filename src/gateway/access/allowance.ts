/**
 * How much each key may ask, and each address without one: buckets of requests that refill, and are
 * written down so that a restart does not fill them.
 */

import type { DatabaseSync } from 'node:sqlite'
import { attempt } from './database.ts'

interface Bound {
  /** Requests a second that one may make on and on. */
  readonly rate: number
  /** … and at once. */
  readonly burst: number
}

/** `caller`: has a key or a session. `stranger`: has none that is right. `anyone`: needs none. */
export type Kind = 'caller' | 'stranger' | 'anyone'
const BOUNDS: Readonly<Record<Kind, Bound>> = {
  caller: { rate: 100, burst: 1_000 },
  // What guesses at a key, and mistakes.
  stranger: { rate: 1, burst: 30 },
  anyone: { rate: 100, burst: 1_000 }
}

/** How often buckets are written, ms; a crash forgets so much of what was used. */
const WRITE_EVERY_MS = 1_000
/** Buckets kept of each kind, count: more than keys there may be, and some hundred KB. */
const BUCKETS_MAX = 4_096
/** The one that newcomers share when there are so many that none can be forgotten. */
const CROWD = 'crowd'

interface Bucket {
  left: number
  /** ms since 1970 */
  at: number
}

export class Allowance {
  readonly #db: DatabaseSync
  readonly #now: () => number
  /** The one that asked longest ago first. */
  readonly #buckets: Readonly<Record<Kind, Map<string, Bucket>>> = {
    ...{ caller: new Map(), stranger: new Map(), anyone: new Map() }
  }
  #written: number

  constructor(db: DatabaseSync, now: () => number) {
    this.#db = db
    this.#now = now
    this.#written = now()
    for (const row of db.prepare('SELECT name, left, at FROM allowance').all()) {
      const [kind = '', ...name] = (row['name'] as string).split(' ')
      // Rows of older versions have no kind.
      if (!isKind(kind) || name.length === 0) continue
      const bucket = { left: row['left'] as number, at: row['at'] as number }
      this.#buckets[kind].set(name.join(' '), bucket)
    }
  }

  /** Take one request; @returns how long to wait when there is none left, ms */
  take(name: string, kind: Kind = 'caller'): number {
    const now = this.#now()
    const { rate, burst } = BOUNDS[kind]
    const buckets = this.#buckets[kind]
    const key = this.#place(name, kind, now)
    const refilled = refill(buckets.get(key) ?? { left: burst, at: now }, BOUNDS[kind], now)
    const left = refilled >= 1 ? refilled - 1 : refilled
    buckets.delete(key)
    buckets.set(key, { left, at: now })
    if (now - this.#written >= WRITE_EVERY_MS) this.write()
    return refilled >= 1 ? 0 : ((1 - refilled) / rate) * 1_000
  }

  /** Before the end, and now and then. What cannot be written, as on a full disk, still counts. */
  write(): void {
    const now = this.#now()
    this.#written = now
    attempt(this.#db, () => {
      const put = this.#db.prepare('INSERT INTO allowance (name, left, at) VALUES (?, ?, ?)')
      this.#db.exec('DELETE FROM allowance')
      for (const kind of KINDS) {
        for (const [name, bucket] of this.#buckets[kind]) {
          // A full one says as much as none.
          if (isFull(bucket, BOUNDS[kind], now)) continue
          put.run(`${kind} ${name}`, bucket.left, bucket.at)
        }
      }
    })
  }

  /**
   * The bucket to take from. Only full ones are forgotten to make room: else whoever comes from
   * thousands of addresses would get back what one of them had used.
   */
  #place(name: string, kind: Kind, now: number): string {
    const buckets = this.#buckets[kind]
    if (buckets.has(name) || buckets.size < BUCKETS_MAX) return name
    const [oldest] = buckets
    if (oldest === undefined || !isFull(oldest[1], BOUNDS[kind], now)) return CROWD
    buckets.delete(oldest[0])
    return name
  }
}

const KINDS = Object.keys(BOUNDS) as readonly Kind[]
const isKind = (word: string): word is Kind => Object.hasOwn(BOUNDS, word)

const refill = ({ left, at }: Bucket, { rate, burst }: Bound, now: number): number =>
  Math.min(burst, left + (Math.max(0, now - at) / 1_000) * rate)

const isFull = (bucket: Bucket, bound: Bound, now: number): boolean =>
  refill(bucket, bound, now) >= bound.burst
