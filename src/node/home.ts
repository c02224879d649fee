/** An agent's home: a directory for its key, journal and control socket, nobody else's. */

import { chmodSync, closeSync, openSync } from 'node:fs'
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { PeerworkError } from '../protocol/errors.ts'
import { makeFolder } from './make-folder.ts'

const GROUP_AND_OTHERS = 0o077
/** Of every file in a home: read and written by its owner alone. */
const FILE_MODE = 0o600

type Env = Readonly<Record<string, string | undefined>>

/**
 * Where the home is: `--home`, else `PEERWORK_HOME`, else `agents/<name>` in the XDG data directory
 * (`XDG_DATA_HOME`, default `~/.local/share`), name `PEERWORK_NAME` or else `default`.
 */
export function homeFor(options: { home?: string; name?: string }, env: Env): string {
  if (options.home !== undefined) return resolve(options.home)
  const fixed = env['PEERWORK_HOME']
  if (fixed !== undefined && fixed !== '') return resolve(fixed)
  return join(homesFolder(env), fileName(options.name ?? nameIn(env) ?? 'default'))
}

/** Where the homes of named agents lie, one beside the other. */
export function homesFolder(env: Env): string {
  const data = env['XDG_DATA_HOME']
  const base = data !== undefined && data !== '' ? data : join(homedir(), '.local', 'share')
  return join(base, 'peerwork', 'agents')
}

/**
 * Make the home, or check that it is ours alone.
 *
 * @throws PeerworkError `HOME_UNSAFE` when others can read it or own it, `STORE_FAILED` when it
 *   cannot be made.
 */
export function openHome(home: string): string {
  try {
    makeFolder(home)
    const { mode, uid } = statSync(home)
    const own = process.getuid?.()
    if (own !== undefined && uid !== own && own !== 0) {
      throw new PeerworkError('HOME_UNSAFE', `${home} belongs to another user`, { home, uid })
    }
    if (process.platform !== 'win32' && (mode & GROUP_AND_OTHERS) !== 0) {
      const octal = (mode & 0o777).toString(8)
      throw new PeerworkError('HOME_UNSAFE', `others can open ${home} (mode ${octal})`, { home })
    }
    return home
  } catch (error) {
    if (error instanceof PeerworkError) throw error
    throw new PeerworkError('STORE_FAILED', `cannot make ${home}: ${(error as Error).message}`, {
      home
    })
  }
}

/**
 * Small facts an agent keeps between starts, one file each; absent or unreadable is `undefined`.
 */
export function recall(home: string | undefined, what: string): string | undefined {
  if (home === undefined) return undefined
  try {
    return readFileSync(join(home, what), 'utf8').trim()
  } catch {
    return undefined
  }
}

/** Replace such a fact in one step, so that a crash leaves the old or the new, never half. */
export function remember(home: string | undefined, what: string, value: string): void {
  if (home === undefined) return
  const path = join(home, what)
  writeFileSync(`${path}.new`, `${value}\n`, { mode: FILE_MODE })
  chmodSync(`${path}.new`, FILE_MODE)
  renameSync(`${path}.new`, path)
}

/**
 * Make a database's file, or one that is there already, its owner's alone. SQLite gives the files
 * beside it (`-wal`, `-shm`) the mode of this one when it makes them.
 *
 * @throws what the file system fails with
 */
export function keepPrivate(path: string): void {
  // A file that is there is not opened: closing it would end the locks this process has on it.
  unless('EEXIST', () => closeSync(openSync(path, 'wx', FILE_MODE)))
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    unless('ENOENT', () => chmodSync(file, FILE_MODE))
  }
}

/** What fails in this one way is done already, or not needed. */
function unless(code: string, step: () => void): void {
  try {
    step()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== code) throw error
  }
}

function nameIn(env: Env): string | undefined {
  const name = env['PEERWORK_NAME']
  return name === '' ? undefined : name
}

/** A name that cannot leave its directory. */
function fileName(name: string): string {
  const safe = name.replaceAll(/[^\p{L}\p{N}_-]+/gu, '-')
  if (safe === '' || safe === '-')
    throw new PeerworkError('BAD_OPTION', `"${name}" has no letter or digit for a name`)
  return safe
}
