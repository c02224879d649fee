/** The file of keys, sessions, limits and the audit log: small, and beside the traces. */

import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PeerworkError } from '../../protocol/errors.ts'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS key (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, scopes TEXT NOT NULL, hash BLOB NOT NULL,
    created INTEGER NOT NULL, expires INTEGER, used INTEGER, revoked INTEGER
  ) STRICT;
  CREATE TABLE IF NOT EXISTS session (
    hash BLOB PRIMARY KEY, created INTEGER NOT NULL, seen INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
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
  PRAGMA user_version = 1;
`

/** @throws PeerworkError `STORE_FAILED` */
export function openAccess(dir: string): DatabaseSync {
  const path = join(dir, 'access.db')
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path, { timeout: 5_000, defensive: true })
    chmodSync(path, 0o600)
    // Other commands (`observe key create`) write while the observer runs.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    db.exec(SCHEMA)
    return db
  } catch (error) {
    db?.close()
    const why = (error as Error).message
    throw new PeerworkError('STORE_FAILED', `cannot open ${path}: ${why}`, { path }, error)
  }
}
