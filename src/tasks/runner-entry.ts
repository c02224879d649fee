/** Where the program of a runner process lies: beside this file, also when this file is bundled. */

import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Path of the one file that runs inside the sandbox. */
export function runnerEntry(): string {
  const extension = extname(import.meta.url)
  const beside = fileURLToPath(new URL(`./sandbox-entry${extension}`, import.meta.url))
  if (existsSync(beside)) return beside
  return fileURLToPath(new URL('./tasks/sandbox-entry.js', import.meta.url))
}
