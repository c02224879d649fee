/**
 * What a home keeps of its network: the own membership, the records of the roster, and when members
 * were seen last.
 *
 * One SQLite file, written through at every change: a revocation that was told must not be
 * forgotten when the power goes. Commands open it beside a running agent, so nobody locks it for
 * long.
 */

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import * as z from 'zod/mini'
import { decode, encode } from '../../protocol/canonical.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import { credential } from '../../protocol/membership/credential.ts'
import { LINK_ADDRESSES_MAX } from '../../protocol/membership/join-link.ts'
import * as shape from '../../protocol/shape.ts'
import { keepPrivate } from '../home.ts'
import { MEMBERS_FILE } from './members-file.ts'

/** How long a command waits for the agent, or the agent for a command, ms: writes take one. */
const BUSY_MS_MAX = 2_000

const own = z.strictObject({
  network: shape.network,
  owner: shape.agentId,
  credential,
  /** Where it was let in, with `/p2p/<id>`: peers to start with. */
  addresses: shape.list(shape.address, 2 * LINK_ADDRESSES_MAX + 4)
})
/** This home's own membership. */
export type Own = z.infer<typeof own>
const readOwn = shape.reader('membership', own)

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS own (
    id INTEGER PRIMARY KEY CHECK (id = 1), value BLOB NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS record (id BLOB PRIMARY KEY, value BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS seen (member TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;
  PRAGMA user_version = 1;
`

export class MemberStore implements Disposable {
  readonly #db: DatabaseSync

  /**
   * @param home directory of the file; without it everything lives in memory
   * @throws PeerworkError `STORE_FAILED`
   */
  constructor(home: string | undefined) {
    let db: DatabaseSync | undefined
    try {
      const path = home === undefined ? ':memory:' : join(home, MEMBERS_FILE)
      if (home !== undefined) keepPrivate(path)
      db = new DatabaseSync(path, { timeout: BUSY_MS_MAX, defensive: true })
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
      db.exec(SCHEMA)
      this.#db = db
    } catch (error) {
      db?.close()
      throw failed(error)
    }
  }

  own(): Own | undefined {
    return this.#try(() => {
      const row = this.#db.prepare('SELECT value FROM own').get() as Row | undefined
      return row === undefined ? undefined : readOwn(decode(row.value))
    })
  }

  setOwn(value: Own): void {
    this.#try(() => this.#putOwn(value))
  }

  /** Every record, as it was put. */
  records(): Kept[] {
    return this.#try(() => {
      return this.#db.prepare('SELECT id, value FROM record ORDER BY rowid').all()
    }) as unknown as Kept[]
  }

  /** Add records and remove others, and with them what is our own: all or nothing. */
  change(add: readonly Kept[], remove: readonly Uint8Array[], own?: Own): void {
    this.#try(() => {
      this.#db.exec('BEGIN IMMEDIATE')
      try {
        const put = this.#db.prepare('INSERT OR REPLACE INTO record VALUES (?, ?)')
        const drop = this.#db.prepare('DELETE FROM record WHERE id = ?')
        for (const { id, value } of add) put.run(id, value)
        for (const id of remove) drop.run(id)
        if (own !== undefined) this.#putOwn(own)
        this.#db.exec('COMMIT')
      } catch (error) {
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
        throw error
      }
    })
  }

  /** When each member was seen last, ms since 1970. */
  seen(): Map<string, number> {
    const rows = this.#try(() => this.#db.prepare('SELECT member, at FROM seen').all())
    return new Map(rows.map((row) => [String(row['member']), Number(row['at'])]))
  }

  saw(members: readonly string[], at: number): void {
    const text = 'INSERT INTO seen VALUES (?, ?) ON CONFLICT DO UPDATE SET at = excluded.at'
    this.#try(() => {
      const note = this.#db.prepare(text)
      for (const member of members) note.run(member, at)
    })
  }

  [Symbol.dispose](): void {
    if (this.#db.isOpen) this.#db.close()
  }

  #putOwn(value: Own): void {
    const text = 'INSERT INTO own VALUES (1, ?) ON CONFLICT DO UPDATE SET value = excluded.value'
    this.#db.prepare(text).run(encode(value))
  }

  #try<T>(step: () => T): T {
    try {
      return step()
    } catch (error) {
      throw error instanceof PeerworkError ? error : failed(error)
    }
  }
}

interface Row {
  readonly value: Uint8Array
}

export interface Kept {
  readonly id: Uint8Array
  readonly value: Uint8Array
}

const failed = (error: unknown): PeerworkError =>
  new PeerworkError('STORE_FAILED', `the roster's file: ${(error as Error).message}`, {}, error)
