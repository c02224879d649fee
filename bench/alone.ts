/** The start measurement in a network namespace of its own: multicast that reaches nobody else. */

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Pair } from './pair.ts'

/** The whole measurement, ms. */
const MS_MAX = 60_000
/** One end of a pair of virtual cables is a network with this machine alone on it. */
const SET_UP =
  'ip link set lo up && ip link add near type veth peer name far && ' +
  'ip addr add 10.77.0.1/24 dev near ' +
  '&& ip link set near up && ip link set far up && ip route add 224.0.0.0/4 dev near && exec "$@"'

/** @returns ms, or `null` where namespaces cannot be made */
export async function firstResultAlone(pair: Pair): Promise<number | null> {
  const script = fileURLToPath(new URL('./alone-process.ts', import.meta.url))
  const command = [process.execPath, '--conditions=source', script, JSON.stringify(pair)]
  const flags = ['--map-root-user', '--net', 'sh', '-c', SET_UP, 'sh']
  if (!(await possible())) return null
  const run = promisify(execFile)('unshare', [...flags, ...command], { timeout: MS_MAX })
  return Number((await run).stdout)
}

async function possible(): Promise<boolean> {
  try {
    const flags = ['--map-root-user', '--net', 'sh', '-c', SET_UP, 'sh', 'true']
    await promisify(execFile)('unshare', flags)
    return true
  } catch {
    return false
  }
}
