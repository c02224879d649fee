/** What one more agent in the same process costs, measured in a process of its own. */

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** The whole script, ms. */
const MS_MAX = 30_000

/** @returns MiB of resident memory per agent */
export async function crowd(from: 'source' | 'built'): Promise<number> {
  const script = fileURLToPath(new URL('./crowd-process.ts', import.meta.url))
  const flags = ['--expose-gc', ...(from === 'source' ? ['--conditions=source'] : [])]
  const run = promisify(execFile)(process.execPath, [...flags, script], { timeout: MS_MAX })
  return Number((await run).stdout)
}
