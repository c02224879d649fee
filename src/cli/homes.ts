/**
 * The homes of this user's agents on this machine.
 *
 * Those of named agents lie side by side. A home elsewhere (--home) is found through a note that
 * `peerwork up` leaves beside them: a file that holds its path. A note without a home goes.
 */

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { homesFolder } from '../node/home.ts'
import { makeFolder } from '../node/make-folder.ts'

type Env = Readonly<Record<string, string | undefined>>

const notesFolder = (env: Env): string => join(dirname(homesFolder(env)), 'homes')

/** Let `knownHomes` find a home. Failing to is no fault: the agent runs all the same. */
export function noteHome(home: string, env: Env): void {
  if (dirname(home) === homesFolder(env)) return
  const name = createHash('sha256').update(home).digest('hex').slice(0, 16)
  try {
    makeFolder(notesFolder(env))
    writeFileSync(join(notesFolder(env), name), `${home}\n`, { mode: 0o600 })
  } catch {
    // A home directory that cannot be written, as in a container.
  }
}

/** Every home there is, sorted, running or not. */
export function knownHomes(env: Env): string[] {
  const named = entriesOf(homesFolder(env))
  const noted = entriesOf(notesFolder(env)).flatMap((note) => {
    const home = readNote(note)
    if (home !== undefined && existsSync(home)) return [home]
    rmSync(note, { force: true })
    return []
  })
  return [...new Set([...named, ...noted])].toSorted()
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name))
  } catch {
    return []
  }
}

function readNote(note: string): string | undefined {
  try {
    return readFileSync(note, 'utf8').trim()
  } catch {
    return undefined
  }
}
