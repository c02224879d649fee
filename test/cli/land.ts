/** Command lines of one machine inside the test, with homes and an owner's key of its own. */

import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createAgent } from '../../src/node/agent.ts'
import type { Agent } from '../../src/node/api.ts'
import { homeFor } from '../../src/node/home.ts'
import { ownerKeyPath } from '../../src/node/membership/owner-key.ts'
import { peerwork, temporary } from './harness.ts'
import type { World } from './harness.ts'

export interface Land {
  readonly env: { readonly XDG_DATA_HOME: string; readonly XDG_CONFIG_HOME: string }
  readonly configDir: string
  readonly ownerKey: string
  home(name: string): string
  say(args: readonly string[], more?: World): ReturnType<typeof peerwork>
  /** An agent that runs until the test ends. */
  run(name: string, bootstrap?: readonly string[]): Promise<Agent>
}

export function land(): Land {
  const env = { XDG_DATA_HOME: temporary('data'), XDG_CONFIG_HOME: temporary('config') }
  const configDir = join(env.XDG_CONFIG_HOME, 'peerwork')
  const home = (name: string): string => homeFor({ name }, env)
  return {
    ...{ env, configDir, home, ownerKey: ownerKeyPath(configDir, 'lab') },
    say: (args, more = {}) => peerwork(args, { env, ...more }),
    async run(name, bootstrap = []) {
      const agent = await createAgent({ name, home: home(name), preset: 'loopback', bootstrap })
      onTestFinished(() => agent.stop({ graceMs: 0 }))
      return agent
    }
  }
}

/** Where the network "lab" was made, with alice as its first admin. */
export async function founded(...more: readonly string[]): Promise<Land> {
  const it = land()
  const made = await it.say(['network', 'create', 'lab', '--name', 'alice', ...more])
  if (made.code !== 0) throw new Error(made.err)
  return it
}

/** A link by a running agent. */
export async function linkFrom(admin: Agent, roles?: 'observe'): Promise<string> {
  return (await admin.invite(roles === undefined ? {} : { roles: [roles] })).link
}
