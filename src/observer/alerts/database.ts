/** The file of rules, alerts, channels and what waits to be sent: its owner's alone. */

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { keepPrivate } from '../../node/home.ts'
import { PeerworkError } from '../../protocol/errors.ts'

/** How long to wait while another process reads it, ms. */
const BUSY_MS_MAX = 1_000
/** SQLite's "database or disk is full". */
const FULL = 13
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS rule (
    id TEXT PRIMARY KEY, body TEXT NOT NULL, updated INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS alert (
    id INTEGER PRIMARY KEY AUTOINCREMENT, rule TEXT NOT NULL, subject TEXT NOT NULL,
    severity TEXT NOT NULL, state TEXT NOT NULL, title TEXT NOT NULL, detail TEXT NOT NULL,
    trace TEXT, opened INTEGER NOT NULL, last INTEGER NOT NULL, told INTEGER NOT NULL,
    count INTEGER NOT NULL, acknowledged INTEGER, acknowledgedBy TEXT, resolved INTEGER,
    silencedUntil INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS alert_of ON alert (rule, subject, id);
  CREATE UNIQUE INDEX IF NOT EXISTS alert_living ON alert (rule, subject) WHERE state <> 'resolved';
  CREATE TABLE IF NOT EXISTS pending (
    rule TEXT NOT NULL, subject TEXT NOT NULL, since INTEGER NOT NULL, value REAL NOT NULL,
    PRIMARY KEY (rule, subject)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS channel (
    id TEXT PRIMARY KEY, body TEXT NOT NULL, updated INTEGER NOT NULL, okAt INTEGER,
    failedAt INTEGER, error TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS delivery (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, channel TEXT NOT NULL,
    body TEXT NOT NULL, made INTEGER NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS delivery_due ON delivery (due);
  CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL)
    STRICT, WITHOUT ROWID;
`

/** @throws PeerworkError `STORE_FAILED`, `STORE_FULL` */
export function openAlertsFile(dir: string, file = 'alerts.db', schema = SCHEMA): DatabaseSync {
  const path = join(dir, file)
  let db: DatabaseSync | undefined
  try {
    keepPrivate(path)
    db = new DatabaseSync(path, { timeout: BUSY_MS_MAX, defensive: true })
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    db.exec(schema)
    return db
  } catch (error) {
    db?.close()
    throw fileError(error, path)
  }
}

/** One transaction, or the one under way. @throws PeerworkError `STORE_FULL`, `STORE_FAILED` */
export function together<Value>(db: DatabaseSync, change: () => Value): Value {
  if (db.isTransaction) return change()
  try {
    db.exec('BEGIN IMMEDIATE')
    const value = change()
    db.exec('COMMIT')
    return value
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw fileError(error, 'the alerts’ file')
  }
}

function fileError(error: unknown, what: string): unknown {
  const { errcode, message, code: own } = error as Error & { errcode?: number; code?: string }
  if (errcode === undefined && own === undefined) return error
  if (error instanceof PeerworkError) return error
  const code = errcode !== undefined && (errcode & 0xff) === FULL ? 'STORE_FULL' : 'STORE_FAILED'
  return new PeerworkError(code, `${what}: ${message}`, {}, error)
}
