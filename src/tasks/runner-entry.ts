/** Where the program of a runner process lies: beside this file, also when this file is bundled. */

import { existsSync, readFileSync, statSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Path of the one file that runs inside the sandbox.
 *
 * A runner cannot keep compiled code, so from source it would strip some twenty files of their
 * types at every start. What `make install` has bundled (tools/prebundle.ts) is taken instead, as
 * long as the sources and the installed packages are still those.
 */
export function runnerEntry(): string {
  const extension = extname(import.meta.url)
  const beside = fileURLToPath(new URL(`./sandbox-entry${extension}`, import.meta.url))
  if (extension === '.ts') return bundledEntry() ?? beside
  if (existsSync(beside)) return beside
  return fileURLToPath(new URL('./tasks/sandbox-entry.js', import.meta.url))
}

/** Which file it was that was bundled. */
type Source = readonly [file: string, bytes: number, seconds: number]

let known: string | null | undefined

function bundledEntry(): string | undefined {
  known ??= findBundled() ?? null
  return known ?? undefined
}

function findBundled(): string | undefined {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const folder = `${root}node_modules/.peerwork/`
  try {
    const made = statSync(`${folder}index.json`).mtimeMs
    const sources = JSON.parse(readFileSync(`${folder}sources.json`, 'utf8')) as readonly Source[]
    const own = sources.filter(([file]) =>
      /^(src\/(tasks|protocol)|tools|node_modules)\//.test(file)
    )
    const fresh = own.every(([file, bytes, seconds]) => {
      const { size, mtimeMs } = statSync(root + file)
      return mtimeMs < made && size === bytes && Math.floor(mtimeMs / 1_000) === seconds
    })
    // A bundle of another version has another list, in which none of them is found.
    return fresh && own.length > 0 ? `${folder}agent/tasks/sandbox-entry.js` : undefined
  } catch {
    return undefined
  }
}
