/** Can the home be written, and is there room? */

import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fail, pass, warn } from './finding.ts'
import type { Finding } from './finding.ts'

const MIB = 1024 * 1024
/** Less than this, and the journal of a busy day may not fit, bytes. */
const ROOM_WARN_BYTES = 512 * MIB
/** Less than this, and the next large result may not fit, bytes. */
const ROOM_FAIL_BYTES = 32 * MIB
const PROBE_FILE = 'probe.tmp'

export interface HomeProbe {
  readonly home: string
  /** Why nothing can be written; null when it can. */
  readonly error: string | null
  /** Bytes free for this user; null where the system does not tell. */
  readonly freeBytes: number | null
}

/** Writes a small file and takes it away again. */
export function probeHome(home: string): HomeProbe {
  return { home, error: writeFault(home), freeBytes: freeBytes(home) }
}

export function checkHome(probe: HomeProbe | undefined): Finding {
  if (probe === undefined) return pass('HOME', 'none: the identity lives as long as the process')
  const { home, error, freeBytes: free } = probe
  const facts = { home, freeBytes: free }
  if (error !== null) return fail('HOME', `${home} cannot be written: ${error}`, { facts })
  if (free === null) return pass('HOME', `${home} can be written`, facts)
  const room = `${(free / 1e9).toFixed(free < 1e10 ? 1 : 0)} GB free in ${home}`
  if (free < ROOM_FAIL_BYTES) return fail('HOME', `only ${room}`, { facts })
  if (free < ROOM_WARN_BYTES) return warn('HOME', `only ${room}`, { facts })
  return pass('HOME', room, facts)
}

function writeFault(home: string): string | null {
  const path = join(home, PROBE_FILE)
  try {
    writeFileSync(path, 'probe\n', { mode: 0o600 })
    rmSync(path)
    return null
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOSPC' ? 'the disk is full' : (code ?? message)
  }
}

function freeBytes(home: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(home)
    return bavail * bsize
  } catch {
    return null
  }
}
