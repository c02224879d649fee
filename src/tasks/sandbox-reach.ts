/** What a runner may read: the skill's own directory, the packages it can import, and Peerwork. */

import { existsSync, realpathSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PeerworkError } from '../protocol/errors.ts'

export interface Reach {
  /** Real path of the skill file. */
  readonly file: string
  /** Files and directories that the runner may read, everything below included. */
  readonly read: readonly string[]
}

/**
 * @param file path or `file:` URL
 * @param home the agent's home, which no skill may read
 * @throws PeerworkError `BAD_OPTION` when there is no such file, `SKILL_EXPOSES_HOME` when reading
 *   what lies beside it would mean reading keys
 */
export function reachOf(file: string, entry: string, home: string | undefined): Reach {
  const path = realFile(file)
  const folder = dirname(path)
  const read = [folder, ...packagesAbove(folder), ...ownReach(entry)]
  const keys = home === undefined ? undefined : realOrSame(resolve(home))
  const tooMuch = [dirname('/'), realOrSame(homedir())]
  const bad = tooMuch.includes(folder) || (keys !== undefined && read.some((at) => holds(at, keys)))
  if (bad) {
    const text = `${path} may read all of ${folder}, and the agent's keys or your files with it`
    throw new PeerworkError('SKILL_EXPOSES_HOME', text, { file: path })
  }
  return { file: path, read: [...new Set(read)] }
}

function realFile(file: string): string {
  const path = file.startsWith('file:') ? fileURLToPath(file) : resolve(file)
  if (/\.c[jt]s$/.test(path)) {
    const text = `${path} is CommonJS; a skill is an ES module: .ts, .mts, .js or .mjs`
    throw new PeerworkError('SKILL_INVALID', text, { file: path })
  }
  try {
    const real = realpathSync(path)
    if (!statSync(real).isDirectory()) return real
  } catch {
    throw new PeerworkError('BAD_OPTION', `there is no file ${path}`, { file: path })
  }
  throw new PeerworkError('BAD_OPTION', `${path} is a folder; name a file in it`, { file: path })
}

function realOrSame(path: string): string {
  return existsSync(path) ? realpathSync(path) : path
}

/** Whether `inner` is `outer` or lies below it. */
export function holds(outer: string, inner: string): boolean {
  const way = relative(outer, inner)
  return way === '' || (!way.startsWith('..') && !way.startsWith('/'))
}

/** Where Node looks for packages and for the type of a module: every folder up the tree. */
function packagesAbove(folder: string): string[] {
  const found: string[] = []
  for (let at = folder; ; at = dirname(at)) {
    for (const name of ['node_modules', 'package.json']) {
      const path = join(at, name)
      if (existsSync(path)) found.push(path, realpathSync(path))
    }
    if (dirname(at) === at) return found
  }
}

/** Peerwork's own code, and the copy of Zod that it lends. */
function ownReach(entry: string): string[] {
  const code = dirname(dirname(realpathSync(entry)))
  const own = [code, join(dirname(code), 'package.json')].filter((path) => existsSync(path))
  try {
    const zod = createRequire(import.meta.url).resolve('zod/package.json')
    return [...own, realpathSync(dirname(zod))]
  } catch {
    return own
  }
}
