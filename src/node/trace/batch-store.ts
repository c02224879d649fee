/**
 * The file of an agent's own trace log: a row for each sealed batch, in the order of sealing.
 *
 * Bounded in bytes and rows. What is over the bound goes, batches of nothing but fleeting events
 * first, and of the rest the oldest only when it is over the hard bound.
 */

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { SyncRange } from '../../protocol/trace-sync.ts'
import { openBatchFile, unopened } from './batch-file.ts'
import { HeldRanges } from './held-ranges.ts'
import { joined } from './ranges.ts'

const MIB = 1024 * 1024

/** How much a log keeps. Up to `bytes` everything, up to `bytesHard` what is not fleeting. */
export interface LogBounds {
  readonly bytes: number
  readonly bytesHard: number
  /** Rows; they cost time at the start and when holes are looked for. */
  readonly batches: number
}
/** In a home: some 400,000 events, days of most agents. */
export const HOME_BOUNDS: LogBounds = { bytes: 96 * MIB, bytesHard: 128 * MIB, batches: 100_000 }
/** In memory, without a home: some 20,000 events. */
export const MEMORY_BOUNDS: LogBounds = { bytes: 6 * MIB, bytesHard: 8 * MIB, batches: 10_000 }
/** Bytes of pages besides those of the batches; rows and the index take a few percent. */
const TRIM_TO = 0.95
/** Rows looked at together when room is made, count. */
const TRIM_ROWS = 64

export interface LogRow {
  /** Place in the file; grows with every batch, over starts. */
  readonly n: number
  readonly boot: Uint8Array
  readonly first: number
  readonly count: number
  readonly digest: Uint8Array
  readonly bytes: Uint8Array
}

export interface NewBatch extends LogRow {
  readonly fleeting: boolean
  /** Events dropped unsealed in this start until then, count. */
  readonly dropped: number
}

/** One start as the file has it. */
export interface KeptBoot {
  readonly boot: Uint8Array
  readonly next: number
  readonly oldest: number
  /** Events that were dropped unsealed, count. */
  readonly dropped: number
  /** Events that were sealed, and removed for want of room, count. */
  readonly removed: number
  readonly last: Uint8Array
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS boot (
    id INTEGER PRIMARY KEY, boot BLOB NOT NULL UNIQUE, next INTEGER NOT NULL, last BLOB NOT NULL,
    dropped INTEGER NOT NULL, removed INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS batch (
    n INTEGER PRIMARY KEY, boot INTEGER NOT NULL, first INTEGER NOT NULL,
    count INTEGER NOT NULL, size INTEGER NOT NULL, fleeting INTEGER NOT NULL,
    digest BLOB NOT NULL, bytes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS place ON batch (boot, first);
  CREATE INDEX IF NOT EXISTS gone ON batch (n) WHERE fleeting = 1;
  PRAGMA user_version = 1;
`
const ROW = 'SELECT n, boot.boot AS boot, first, count, digest, bytes FROM batch'
const BOOT = `SELECT boot.boot AS boot, next, last, dropped, removed,
  ifnull((SELECT min(first) FROM batch WHERE batch.boot = boot.id), next) AS oldest FROM boot`
const WITH_BOOT = `${ROW} JOIN boot ON boot.id = batch.boot`

export class BatchStore {
  readonly #db: DatabaseSync
  readonly #bounds: LogBounds
  readonly #insert: StatementSync
  readonly #note: StatementSync
  readonly #after: StatementSync
  readonly #boot: StatementSync
  readonly #ids = new Map<string, number>()
  readonly #held = new HeldRanges()
  #bytes = 0
  #rows = 0

  /**
   * @param home directory of the file; without it everything is in memory
   * @throws PeerworkError `STORE_FAILED`
   */
  constructor(
    home: string | undefined,
    bounds: LogBounds = home === undefined ? MEMORY_BOUNDS : HOME_BOUNDS
  ) {
    this.#bounds = bounds
    this.#db = openBatchFile(home)
    try {
      this.#db.exec(SCHEMA)
      this.#insert = this.#db.prepare(
        `INSERT INTO batch (n, boot, first, count, size, fleeting, digest, bytes)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
      )
      this.#note = this.#db.prepare('UPDATE boot SET next = ?, last = ?, dropped = ? WHERE id = ?')
      this.#after = this.#db.prepare(`${WITH_BOOT} WHERE n > ? ORDER BY n LIMIT ?`)
      this.#boot = this.#db.prepare(`${BOOT} WHERE boot.boot = ?`)
      const size = this.#db
        .prepare('SELECT count(*) AS rows, ifnull(sum(size), 0) AS bytes FROM batch')
        .get() as { rows: number; bytes: number }
      this.#rows = size.rows
      this.#bytes = size.bytes
    } catch (error) {
      this.#db.close()
      throw unopened(error)
    }
  }

  /** Bytes of the batches in it. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * All of them or none, in one transaction. When no room can be made afterwards, as on a full
   * disk, they are there all the same, and it is made with the next ones.
   *
   * @throws what the disk fails with
   */
  append(batches: readonly NewBatch[]): void {
    let [bytes, rows] = [this.#bytes, this.#rows]
    try {
      this.#db.exec('BEGIN')
      for (const batch of batches) {
        const { n, first, count, digest } = batch
        const id = this.#idOf(batch.boot)
        const size = batch.bytes.length
        const fleeting = Number(batch.fleeting)
        this.#insert.run(n, id, first, count, size, fleeting, digest, batch.bytes)
        this.#note.run(first + count, digest, batch.dropped, id)
        bytes += size
        rows++
      }
      this.#db.exec('COMMIT')
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      // Which of them were written down is not known any more.
      this.#ids.clear()
      throw error
    }
    this.#bytes = bytes
    this.#rows = rows
    for (const { boot, first, count } of batches) {
      this.#held.add(nameOf(boot), { from: first, to: first + count })
    }
    this.#trim()
  }

  /** What follows a place, oldest first. */
  after(n: number, limit: number): LogRow[] {
    return this.#after.all(n, limit) as unknown as LogRow[]
  }

  /** The place before a batch of a start, so that `after` begins with it. */
  before(boot: Uint8Array, seq: number): number | undefined {
    const found = this.#db
      .prepare(
        `SELECT n FROM batch JOIN boot ON boot.id = batch.boot
         WHERE boot.boot = ? AND first + count > ? ORDER BY first LIMIT 1`
      )
      .get(boot, seq) as { n: number } | undefined
    return found === undefined ? undefined : found.n - 1
  }

  /** Batches of one start that touch a range, oldest first. */
  within(boot: Uint8Array, { from, to }: SyncRange, limit: number): LogRow[] {
    return this.#db
      .prepare(
        `${WITH_BOOT} WHERE batch.boot = (SELECT id FROM boot WHERE boot = ?)
         AND first < ? AND first + count > ? ORDER BY first LIMIT ?`
      )
      .all(boot, to, from, limit) as unknown as LogRow[]
  }

  /** Every start of which something is known, oldest first. */
  boots(): KeptBoot[] {
    return this.#db.prepare(`${BOOT} ORDER BY id`).all() as unknown as KeptBoot[]
  }

  boot(boot: Uint8Array): KeptBoot | undefined {
    return this.#boot.get(boot) as KeptBoot | undefined
  }

  /** What there is of one start. */
  held(boot: Uint8Array): readonly SyncRange[] {
    return this.#held.of(nameOf(boot), () => {
      const rows = this.#db
        .prepare(
          `SELECT first, count FROM batch WHERE boot = (SELECT id FROM boot WHERE boot = ?)
           ORDER BY first`
        )
        .all(boot) as { first: number; count: number }[]
      return joined(rows.map(({ first, count }) => ({ from: first, to: first + count })))
    })
  }

  /** Digest of the newest batch of all, which the next one names; also over starts. */
  last(): { n: number; digest: Uint8Array } | undefined {
    const found = this.#db.prepare('SELECT n, digest FROM batch ORDER BY n DESC LIMIT 1').get()
    return found as { n: number; digest: Uint8Array } | undefined
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
    if (this.#db.isOpen) this.#db.close()
  }

  #idOf(boot: Uint8Array): number {
    const name = nameOf(boot)
    const known = this.#ids.get(name)
    if (known !== undefined) return known
    const found = this.#db.prepare('SELECT id FROM boot WHERE boot = ?').get(boot)
    const id =
      (found as { id: number } | undefined)?.id ??
      Number(
        this.#db
          .prepare('INSERT INTO boot (boot, next, last, dropped, removed) VALUES (?, 0, ?, 0, 0)')
          .run(boot, new Uint8Array(0)).lastInsertRowid
      )
    this.#ids.set(name, id)
    return id
  }

  #trim(): void {
    const { bytes, bytesHard, batches } = this.#bounds
    if (this.#bytes > bytes) this.#remove('fleeting = 1', bytes * TRIM_TO, batches)
    if (this.#bytes > bytesHard || this.#rows > batches) {
      this.#remove('TRUE', bytesHard * TRIM_TO, batches * TRIM_TO)
    }
  }

  /** The oldest of a sort, until it is few enough or there are no more. */
  #remove(which: string, bytesMax: number, rowsMax: number): void {
    const oldest = this.#db.prepare(
      `SELECT n, boot, count, size FROM batch WHERE ${which} ORDER BY n LIMIT ${TRIM_ROWS}`
    )
    const remove = this.#db.prepare('DELETE FROM batch WHERE n = ?')
    const count = this.#db.prepare('UPDATE boot SET removed = removed + ? WHERE id = ?')
    let [bytes, left] = [this.#bytes, this.#rows]
    try {
      this.#db.exec('BEGIN')
      for (;;) {
        const rows = oldest.all() as { n: number; boot: number; count: number; size: number }[]
        for (const row of rows) {
          if (bytes <= bytesMax && left <= rowsMax) break
          remove.run(row.n)
          count.run(row.count, row.boot)
          bytes -= row.size
          left--
        }
        if (rows.length === 0 || (bytes <= bytesMax && left <= rowsMax)) break
      }
      // Starts of which nothing is left are forgotten, but for the newest.
      this.#db.exec(
        `DELETE FROM boot WHERE id NOT IN (SELECT boot FROM batch)
         AND id < (SELECT max(id) FROM boot)`
      )
      this.#db.exec('COMMIT')
    } catch {
      // What was appended is written down: to say that it was not would have it written twice.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      return
    }
    this.#bytes = bytes
    this.#rows = left
    this.#held.clear()
  }
}

const nameOf = (boot: Uint8Array): string => Buffer.from(boot).toString('hex')
