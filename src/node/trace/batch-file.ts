/** Opening the file of a trace log, for this process alone, or what is in its place. */

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PeerworkError } from '../../protocol/errors.ts'
import { keepPrivate } from '../home.ts'

/**
 * @param home directory of the file; without it everything is in memory
 * @throws PeerworkError `STORE_FAILED`
 */
export function openBatchFile(home: string | undefined): DatabaseSync {
  let db: DatabaseSync | undefined
  try {
    const path = home === undefined ? ':memory:' : join(home, 'traces.db')
    if (home !== undefined) keepPrivate(path)
    db = new DatabaseSync(path, { timeout: 0, defensive: true })
    db.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL'
    )
    // 2 MB of pages in memory; what was written is folded into the file every 8 MB.
    db.exec('PRAGMA cache_size = -2000; PRAGMA wal_autocheckpoint = 2000')
    return db
  } catch (error) {
    db?.close()
    throw unopened(error)
  }
}

export function unopened(error: unknown): PeerworkError {
  const { message } = error as Error
  return new PeerworkError('STORE_FAILED', `cannot open the trace log: ${message}`, {}, error)
}
