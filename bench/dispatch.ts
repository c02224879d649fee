/** Starts a process that measures the cost of dispatching work to a sandbox. */

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Plan, Sample } from './measure.ts'

/** Where the work is done. */
export type Place = 'inline' | 'bare' | 'workshop'

export interface Dispatch {
  /** From asking for a runner until it can work, ms. */
  readonly coldMs: number
  readonly samples: readonly Sample[]
}

/** Beyond the plan's own time, ms. */
const SLACK_MS = 30_000

/** @param wrapped whether bubblewrap is put around runners */
export async function dispatch(
  { place, wrapped, flags = [] }: { place: Place; wrapped: boolean; flags?: readonly string[] },
  plan: Plan
): Promise<Dispatch> {
  const script = fileURLToPath(new URL('./dispatch-process.ts', import.meta.url))
  const planMs = [plan.warmUp, ...plan.steps].reduce((sum, { ms }) => sum + ms, 0)
  const options = {
    timeout: planMs + SLACK_MS,
    env: wrapped ? process.env : { ...process.env, PEERWORK_SANDBOX: 'process' }
  }
  const args = [...flags, '--conditions=source', script, place, JSON.stringify(plan)]
  const { stdout } = await promisify(execFile)(process.execPath, args, options)
  return JSON.parse(stdout) as Dispatch
}
