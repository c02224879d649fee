/**
 * Room on the disk, looked at before it is gone: what comes in is refused while there is still
 * enough left to answer, to tidy up, and for everything else that lives on the disk.
 */

import { statfs } from 'node:fs/promises'
import { PeerworkError } from '../protocol/errors.ts'
import type { Clock } from '../node/clock.ts'
import type { TraceStore } from './store.ts'

/** Kept free on the disk, bytes: what the store's own housekeeping needs, several times over. */
export const FREE_BYTES_MIN = 64 * 1024 * 1024
/** How old an answer of the disk may be, ms: at full speed some 10 MB are written meanwhile. */
const LOOK_EVERY_MS = 1_000
/** What a sender is told to wait, ms: room does not come back within a second. */
const RETRY_AFTER_MS = 5_000

export interface DiskGuard {
  readonly dir: string
  readonly clock: Pick<Clock, 'elapsed'>
  readonly freeBytesMin?: number
}

/**
 * The store, but `ingest` fails with `STORE_FULL` while the disk is nearly full.
 *
 * The store itself survives a disk that is full to the last byte; the rest of the machine may not.
 */
export function guardDisk(store: TraceStore, guard: DiskGuard): TraceStore {
  const { dir, clock, freeBytesMin = FREE_BYTES_MIN } = guard
  let looked = -Infinity
  let free = Infinity
  const look = async (): Promise<void> => {
    const now = clock.elapsed()
    if (now - looked < LOOK_EVERY_MS) return
    looked = now
    try {
      const { bavail, bsize } = await statfs(dir)
      free = bavail * bsize
    } catch {
      // What cannot be looked at is found out by writing.
      free = Infinity
    }
  }
  return {
    ...store,
    async ingest(entries) {
      await look()
      if (free >= freeBytesMin) return store.ingest(entries)
      const text = `${free} bytes are left on the disk, and ${freeBytesMin} are kept free`
      throw new PeerworkError('STORE_FULL', text, { dir, retryAfterMs: RETRY_AFTER_MS })
    }
  }
}
