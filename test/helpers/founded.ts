/**
 * A network with an owner on a stage: its first admin runs, others are let in as tests need them.
 */

import { join as path } from 'node:path'
import type { AgentInit } from '../../src/index.ts'
import type { InviteOptions } from '../../src/node/membership/api.ts'
import type { CreatedNetwork } from '../../src/node/membership/create.ts'
import { createNetwork } from '../../src/node/membership/create.ts'
import { join } from '../../src/node/membership/join.ts'
import type { AgentProcess, Stage } from './processes.ts'

/** What every agent of such a network is started with: roles say who may, so nothing is open. */
export const MEMBER: AgentInit = { open: false }

export interface Founded {
  readonly made: CreatedNetwork
  readonly configDir: string
  readonly admin: AgentProcess
  /** A home that has joined, and the agent in it not yet started. */
  enrol(name: string, options?: InviteOptions): Promise<string>
  /** The same, and started. */
  member(name: string, init?: AgentInit, options?: InviteOptions): Promise<AgentProcess>
}

export async function found(stage: Stage, init: AgentInit = {}): Promise<Founded> {
  const configDir = path(stage.home(), 'config')
  const home = stage.home()
  const made = await createNetwork({ name: 'lab', configDir, home, memberName: 'alice' })
  const admin = await stage.start({ ...MEMBER, ...init, home })
  const enrol = async (name: string, options: InviteOptions = {}): Promise<string> => {
    const { link } = await admin.agent.invite(options)
    const place = stage.home()
    await join({ link, home: place, name })
    return place
  }
  return {
    ...{ made, configDir, admin, enrol },
    member: async (name, more = {}, options = {}) => {
      return stage.start({ ...MEMBER, ...more, home: await enrol(name, options) })
    }
  }
}
