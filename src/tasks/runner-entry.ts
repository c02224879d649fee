/** Where the program of a runner process lies: beside this file, also when this file is bundled. */

import { existsSync, globSync, statSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Path of the one file that runs inside the sandbox.
 *
 * A runner cannot keep compiled code, so from source it would strip some twenty files of their
 * types at every start. What `make install` has bundled (tools/prebundle.ts) is taken instead, as
 * long as no source and no installed package is newer.
 */
export function runnerEntry(): string {
  const extension = extname(import.meta.url)
  const beside = fileURLToPath(new URL(`./sandbox-entry${extension}`, import.meta.url))
  if (extension === '.ts') return bundledEntry() ?? beside
  if (existsSync(beside)) return beside
  return fileURLToPath(new URL('./tasks/sandbox-entry.js', import.meta.url))
}

let known: string | null | undefined

function bundledEntry(): string | undefined {
  known ??= findBundled() ?? null
  return known ?? undefined
}

function findBundled(): string | undefined {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const entry = `${root}node_modules/.peerwork/agent/tasks/sandbox-entry.js`
  try {
    const made = statSync(entry).mtimeMs
    const sources = globSync(`${root}src/{tasks,protocol}/**/*.ts`)
    const installed = `${root}node_modules/.package-lock.json`
    return [...sources, installed].every((file) => statSync(file).mtimeMs < made)
      ? entry
      : undefined
  } catch {
    return undefined
  }
}
