/** Command lines of several machines: real processes, each with homes and keys of its own. */

import { expect } from 'vitest'
import { temporary } from './harness.ts'
import { run, world } from './processes.ts'
import type { World } from './processes.ts'

/** A machine of its own: nothing that another has lies here. */
export function machine(): World {
  const { env, cwd } = world()
  return { cwd, env: { ...env, XDG_CONFIG_HOME: temporary('config') } }
}

/** A machine where "lab" was made, with alice as its admin. */
export async function founded(): Promise<World> {
  const where = machine()
  const { code, err } = await run(where, ['network', 'create', 'lab', '--name', 'alice'])
  expect([code, err]).toEqual([0, expect.stringContaining('network lab is made')])
  return where
}

/** A link by the agent, running or not. */
export async function linkOf(where: World, ...more: readonly string[]): Promise<string> {
  const args = ['invite', '--name', 'alice', '--preset', 'loopback', ...more]
  const { code, out, err } = await run(where, args)
  expect([code, out], err).toEqual([0, expect.stringMatching(/^peerwork:join\/[\w-]+\n$/)])
  return out.trim()
}
