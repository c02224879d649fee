/**
 * The file of keys, sessions, links, limits, the audit log, and the salt of the sample's ids:
 * small, and beside the traces.
 */

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { keepPrivate } from '../../node/home.ts'
import { PeerworkError } from '../../protocol/errors.ts'

/** How long to wait while another command writes, ms: it takes one. */
const BUSY_MS_MAX = 1_000
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS key (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, scopes TEXT NOT NULL, hash BLOB NOT NULL,
    created INTEGER NOT NULL, expires INTEGER, used INTEGER, revoked INTEGER
  ) STRICT;
  CREATE TABLE IF NOT EXISTS session (
    hash BLOB PRIMARY KEY, created INTEGER NOT NULL, seen INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  -- Sessions of programs: whoever is in none of these is a person.
  CREATE TABLE IF NOT EXISTS lent (hash BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS ticket (
    hash BLOB PRIMARY KEY, expires INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS allowance (
    name TEXT PRIMARY KEY, left REAL NOT NULL, at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS audit (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL,
    about TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS share (
    id TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, trace TEXT NOT NULL, profile TEXT NOT NULL,
    by TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL, revoked INTEGER,
    most INTEGER, views INTEGER NOT NULL DEFAULT 0, seen INTEGER
  ) STRICT;
  CREATE TABLE IF NOT EXISTS sample (
    one INTEGER PRIMARY KEY CHECK (one = 1), salt BLOB NOT NULL
  ) STRICT;
  INSERT OR IGNORE INTO sample VALUES (1, randomblob(16));
  PRAGMA user_version = 1;
`

/** One transaction. @throws PeerworkError `STORE_FULL`, `STORE_FAILED`, and what `change` throws */
export function inOne<Value>(db: DatabaseSync, change: () => Value): Value {
  try {
    db.exec('BEGIN IMMEDIATE')
    const value = change()
    db.exec('COMMIT')
    return value
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw accessError(error)
  }
}

/** A change that is not worth a refusal: on a full disk one can still look. */
export function attempt(db: DatabaseSync, change: () => void): void {
  try {
    inOne(db, change)
  } catch (error) {
    if (!(error instanceof PeerworkError)) throw error
  }
}

/** SQLite's "database or disk is full". */
const FULL = 13

function accessError(error: unknown): unknown {
  const { errcode, message } = error as Error & { errcode?: number }
  if (errcode === undefined) return error
  const code = (errcode & 0xff) === FULL ? 'STORE_FULL' : 'STORE_FAILED'
  return new PeerworkError(code, `the keys' file: ${message}`, {}, error)
}

/** @throws PeerworkError `STORE_FAILED` */
export function openAccess(dir: string): DatabaseSync {
  const path = join(dir, 'access.db')
  let db: DatabaseSync | undefined
  try {
    keepPrivate(path)
    db = new DatabaseSync(path, { timeout: BUSY_MS_MAX, defensive: true })
    // Other commands (`observe key create`) write while the observer runs.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    db.exec(SCHEMA)
    return db
  } catch (error) {
    db?.close()
    const named = accessError(error)
    if (named instanceof PeerworkError && named.code === 'STORE_FULL') throw named
    const why = (error as Error).message
    throw new PeerworkError('STORE_FAILED', `cannot open ${path}: ${why}`, { path }, error)
  }
}
