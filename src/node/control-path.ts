/**
 * Where an agent's control socket is: in its home, or behind a pointer when that path is too long.
 *
 * A Unix socket's path has 107 bytes on Linux and 103 on macOS (`sun_path` less its NUL). For
 * longer ones the socket lies in a private directory with a short path, whose name the home's
 * `control.path` file tells.
 */

import { lstatSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { recall, remember } from './home.ts'

export const SOCKET_PATH_BYTES_MAX = process.platform === 'darwin' ? 103 : 107
const POINTER = 'control.path'
const GROUP_AND_OTHERS = 0o077

type Env = Readonly<Record<string, string | undefined>>

const directPath = (home: string): string => join(home, 'control.sock')

const fits = (path: string): boolean => Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX

/** The path to listen on; makes the short one when it is needed. */
export function claimSocketPath(home: string, env: Env): string {
  const direct = directPath(home)
  if (fits(direct)) return direct
  const known = findSocketPath(home)
  if (known !== undefined) return known
  const runtime = env['XDG_RUNTIME_DIR']
  const bases = [...(runtime !== undefined && isOurs(runtime) ? [runtime] : []), tmpdir(), '/tmp']
  const base = bases.find((base) => fits(join(base, 'peerwork-XXXXXX', 'control.sock'))) ?? '/tmp'
  const path = join(mkdtempSync(join(base, 'peerwork-')), 'control.sock')
  remember(home, POINTER, path)
  return path
}

/**
 * The path to connect to; undefined when there is none that can be trusted. A directory in /tmp may
 * have vanished and been made again by somebody else, so it has to be ours alone.
 */
export function findSocketPath(home: string): string | undefined {
  const direct = directPath(home)
  if (fits(direct)) return direct
  const path = recall(home, POINTER)
  if (path === undefined || !fits(path) || !isOurs(dirname(path))) return undefined
  return path
}

/** Remove what `claimSocketPath` made beside the socket itself. */
export function releaseSocketPath(home: string, path: string): void {
  if (path === directPath(home)) return
  rmSync(dirname(path), { recursive: true, force: true })
  rmSync(join(home, POINTER), { force: true })
}

function isOurs(directory: string): boolean {
  try {
    const stat = lstatSync(directory)
    const own = process.getuid?.() ?? stat.uid
    return stat.isDirectory() && stat.uid === own && (stat.mode & GROUP_AND_OTHERS) === 0
  } catch {
    return false
  }
}
