/** An observer's contents, with what was dropped written down in its data directory. */

import { join } from 'node:path'
import type { Clock } from '../node/clock.ts'
import { recall, remember } from '../node/home.ts'
import { PeerworkError } from '../protocol/errors.ts'
import { isLowerHex } from '../protocol/trace-context.ts'
import { DROPPED_MAX } from './content-keys.ts'
import { Contents } from './contents.ts'

/** Traces whose contents are not to be read, an id a line. */
export const DROPPED_FILE = 'contents-dropped'
const TRACE_ID_LENGTH = 32

/** @param dir made already, its owner's alone */
export function openContents(dir: string, clock: Pick<Clock, 'elapsed'>): Contents {
  const lines = (recall(dir, DROPPED_FILE) ?? '').split('\n')
  const ids = lines.filter((line) => line.length === TRACE_ID_LENGTH && isLowerHex(line))
  return new Contents({
    elapsed: clock.elapsed,
    dropped: ids.slice(-DROPPED_MAX),
    keep: (dropped) => keep(dir, dropped)
  })
}

/** @throws PeerworkError `STORE_FULL`, `STORE_FAILED` */
function keep(dir: string, dropped: readonly string[]): void {
  try {
    remember(dir, DROPPED_FILE, dropped.join('\n'))
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    const why = `no key was dropped, for it could not be written down: ${message}`
    const facts = { path: join(dir, DROPPED_FILE) }
    throw new PeerworkError(code === 'ENOSPC' ? 'STORE_FULL' : 'STORE_FAILED', why, facts, thrown)
  }
}
