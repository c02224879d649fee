/** A file of peer ids that may submit tasks: one a line, `#` begins a comment. */

import { readFileSync, statSync, unwatchFile, watchFile } from 'node:fs'
import { resolve } from 'node:path'
import { PeerworkError } from '../protocol/errors.ts'
import { isAgentId } from '../protocol/identity.ts'
import { ALLOW_FILE_BYTES_MAX, ALLOWED_PEERS_MAX } from './limits.ts'
import type { WorkLog } from './work.ts'

export interface AllowFile extends Disposable {
  peers(): readonly string[]
}

/** How often the file is looked at, ms. Polling sees replaced files on every file system. */
const LOOK_EVERY_MS = 500

/**
 * Read the file now, and again whenever it changes.
 *
 * A line that is no peer id is skipped with a warning. A file that cannot be read later keeps the
 * last list that could.
 *
 * @param onChange told the new list after each change
 * @throws PeerworkError `BAD_OPTION` when the file cannot be read at the start
 */
export function openAllowFile(
  file: string,
  log: WorkLog,
  onChange: (peers: readonly string[]) => void
): AllowFile {
  const path = resolve(file)
  let now: readonly string[]
  try {
    now = readPeers(path, log)
  } catch (error) {
    const text = `the allow file ${path} cannot be read: ${(error as Error).message}`
    throw new PeerworkError('BAD_OPTION', text, { file: path })
  }
  const look = (): void => {
    try {
      now = readPeers(path, log)
    } catch (error) {
      const why = (error as Error).message
      log.warn({ file: path, why }, 'the allow file cannot be read; the last list stays valid')
      return
    }
    log.info({ file: path, peers: now.length }, 'the allow file was read again')
    onChange(now)
  }
  watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, look)
  return {
    peers: () => now,
    [Symbol.dispose]: () => unwatchFile(path, look)
  }
}

function readPeers(path: string, log: WorkLog): string[] {
  const { size } = statSync(path)
  if (size > ALLOW_FILE_BYTES_MAX) throw new Error(`${size} bytes, at most ${ALLOW_FILE_BYTES_MAX}`)
  const peers = new Set<string>()
  for (const [index, line] of readFileSync(path, 'utf8').split(/\r?\n/).entries()) {
    const id = line.replace(/#.*$/, '').trim()
    if (id === '') continue
    if (!isAgentId(id)) {
      log.warn({ file: path, line: index + 1 }, `line ${index + 1} is not a peer id; skipped`)
    } else if (peers.size < ALLOWED_PEERS_MAX) peers.add(id)
    else log.warn({ file: path }, `only the first ${ALLOWED_PEERS_MAX} peers are allowed`)
  }
  return [...peers]
}
