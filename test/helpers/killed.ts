/** A piece of code in a process of its own that is killed at one of its steps on disk. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const HOOK = fileURLToPath(new URL('kill-at.ts', import.meta.url))
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** @returns false when it ended before it came to that step @throws Error when it failed */
export async function killedAt(step: number, code: string): Promise<boolean> {
  const flags = ['--conditions=source', '--import', HOOK, '--input-type=module-typescript']
  const child = spawn(process.execPath, [...flags, '-e', code], {
    cwd: ROOT,
    env: { ...process.env, KILL_AT: String(step) },
    stdio: ['ignore', 'ignore', 'pipe']
  })
  let said = ''
  child.stderr.on('data', (bytes) => (said += String(bytes)))
  const [status, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (status !== 0 && signal !== 'SIGKILL') throw new Error(`step ${step}: ${said}`)
  return signal === 'SIGKILL'
}
