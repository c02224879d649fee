/** A folder for its owner alone, with those above it. */

import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

const MODE = 0o700

/**
 * Make a folder, and those above it that are missing; one that is there is left as it is. The
 * `recursive` of Node's own `mkdirSync` would do, but never returns where a folder that is there
 * takes no others, as in /proc.
 *
 * @throws what the file system fails with
 */
export function makeFolder(path: string): void {
  const missing: string[] = []
  for (let at = path; !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.push(at)
  for (const folder of missing.toReversed()) makeOne(folder)
  // A file in its place fails with the words of the system.
  if (!statSync(path).isDirectory()) mkdirSync(path)
}

/** Somebody else may have made it meanwhile. */
function makeOne(folder: string): void {
  try {
    mkdirSync(folder, { mode: MODE })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
