/** One SQLite file: how it is opened, what its version means, and what its errors are called. */

import { DatabaseSync } from 'node:sqlite'
import type { SQLInputValue, StatementSync } from 'node:sqlite'
import { messageOf, PeerworkError } from '../../protocol/errors.ts'

/** Pages of 8 KiB: fewer levels in a tree, and a block of payloads lies in few of them. */
const PAGE_BYTES = 8_192
/** The log is folded into the file when it is this long, pages: 32 MiB. */
const LOG_PAGES = 4_096
/** What stays of the log's file afterwards, bytes. */
const LOG_BYTES_KEPT = 64 * 1024 * 1024

/** Result codes of SQLite, https://sqlite.org/rescode.html */
const CORRUPT = 11
const FULL = 13
const NOT_A_DATABASE = 26
const BUSY = 5
/** No room for the log's index: a full disk under another name. */
const IOERR_SHMSIZE = 4_874

export interface FileOptions {
  readonly path: string
  readonly schema: string
  /** Number of the schema; a file with another is refused. */
  readonly version: number
  /** Tells a trace file from a control file, and both from anybody else's. */
  readonly kind: number
  /** Pages kept in memory, bytes. */
  readonly cacheBytes: number
  /** Whether a commit waits for the disk. What can be made again need not. */
  readonly durable: boolean
  /** Test seam: the file may have no more pages. */
  readonly pagesMax?: number
}

/** As columns of ours are read: integers beyond 2^53 are nowhere. */
export type Row = readonly (null | number | string | Uint8Array)[]

export class Database {
  readonly path: string
  readonly #db: DatabaseSync
  /** Every text in the program is a constant, so this is as long as the program. */
  readonly #statements = new Map<string, StatementSync>()

  /** @throws PeerworkError `STORE_FAILED`, `STORE_FULL`, `HOME_IN_USE` */
  constructor(options: FileOptions) {
    this.path = options.path
    const db = this.#opened(() => new DatabaseSync(options.path, { timeout: 0, defensive: true }))
    this.#db = db
    try {
      this.#opened(() => prepareFile(db, options))
    } catch (error) {
      db.close()
      throw error
    }
  }

  #opened<Value>(open: () => Value): Value {
    try {
      return open()
    } catch (error) {
      throw storeError(error, this.path)
    }
  }

  /** Once prepared, a statement is kept. Rows come as arrays. */
  statement(sql: string): StatementSync {
    let found = this.#statements.get(sql)
    if (found === undefined) {
      found = this.#db.prepare(sql)
      found.setReturnArrays(true)
      this.#statements.set(sql, found)
    }
    return found
  }

  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.statement(sql).run(...values).lastInsertRowid)
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.statement(sql).all(...values) as unknown as Row[]
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.statement(sql).get(...values) as unknown as Row | undefined
  }

  get isTransaction(): boolean {
    return this.#db.isTransaction
  }

  exec(sql: string): void {
    this.#db.exec(sql)
  }

  begin(): void {
    if (!this.#db.isTransaction) this.#db.exec('BEGIN IMMEDIATE')
  }

  commit(): void {
    if (this.#db.isTransaction) this.#db.exec('COMMIT')
  }

  rollback(): void {
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
  }

  /** Bytes of the file. */
  bytes(): number {
    const [pages] = this.get('PRAGMA page_count') ?? [0]
    return Number(pages) * PAGE_BYTES
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close()
  }
}

function prepareFile(db: DatabaseSync, options: FileOptions): void {
  const { version, kind, schema, cacheBytes, durable, pagesMax } = options
  // EXCLUSIVE: held until this process ends, so that two observers never share a directory.
  db.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA locking_mode = EXCLUSIVE`)
  db.exec('PRAGMA journal_mode = WAL')
  db.exec(`PRAGMA synchronous = ${durable ? 'FULL' : 'NORMAL'}; PRAGMA temp_store = MEMORY`)
  db.exec(`PRAGMA cache_size = -${cacheBytes >> 10}; PRAGMA wal_autocheckpoint = ${LOG_PAGES}`)
  db.exec(`PRAGMA journal_size_limit = ${LOG_BYTES_KEPT}`)
  if (pagesMax !== undefined) db.exec(`PRAGMA max_page_count = ${pagesMax}`)
  const has = pragma(db, 'user_version')
  const is = pragma(db, 'application_id')
  if (has === 0 && is === 0) {
    db.exec(`BEGIN; ${schema}; PRAGMA user_version = ${version}; PRAGMA application_id = ${kind}`)
    db.exec('COMMIT')
  } else if (is !== kind) {
    throw new PeerworkError('STORE_FAILED', `${options.path} is no file of this observer`)
  } else if (has !== version) {
    const what =
      has > version ? 'a newer Peerwork wrote it: update' : 'export it with the older one'
    throw new PeerworkError(
      'STORE_FAILED',
      `${options.path} has version ${has}, this Peerwork reads ${version}; ${what}`,
      { path: options.path, version: has }
    )
  }
}

const pragma = (db: DatabaseSync, name: string): number =>
  Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0)

/** Name what SQLite threw. @param path file that it is about */
export function storeError(error: unknown, path: string): PeerworkError {
  if (error instanceof PeerworkError) return error
  const { errcode = 0 } = error as { errcode?: number }
  const facts = { path, code: errcode }
  const primary = errcode & 0xff
  if (primary === FULL || errcode === IOERR_SHMSIZE) {
    return new PeerworkError('STORE_FULL', `no room left for ${path}`, facts, error)
  }
  if (primary === CORRUPT || primary === NOT_A_DATABASE) {
    const advice = 'move it (with its -wal and -shm) elsewhere to go on without it'
    return new PeerworkError('STORE_FAILED', `${path} is damaged; ${advice}`, facts, error)
  }
  if (primary === BUSY) {
    return new PeerworkError('HOME_IN_USE', `another observer uses ${path}`, facts, error)
  }
  return new PeerworkError('STORE_FAILED', `${path}: ${messageOf(error)}`, facts, error)
}
