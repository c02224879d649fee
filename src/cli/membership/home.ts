/** What a command about membership finds in its home, whether the agent runs or not. */

import type { Member, MembershipInfo } from '../../node/membership/api.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import type { COMMON, Context, Values } from '../command.ts'
import { connectControl } from '../control-client.ts'
import type { Running } from '../control-client.ts'
import { homeOf } from '../session.ts'
import { again } from './again.ts'
import type { PASSPHRASES } from './passphrases.ts'

/** What was typed after `peerwork network`. */
export interface NetworkLine {
  readonly values: Values<typeof COMMON & typeof PASSPHRASES> & { readonly yes: boolean }
  /** The word after the action. */
  readonly name: string | undefined
}

type Choice = Parameters<typeof again>[1]

export interface Membership {
  /** This agent's id. */
  readonly id: string
  readonly home: string
  readonly info: MembershipInfo
  readonly members: readonly Member[]
  /** Absent while no agent runs: then it is what was known when one ran last. */
  readonly running?: Running
}

export interface Outside {
  readonly home: string
  /** The agent that runs in an open network. */
  readonly running?: Running
}

/** The membership of the home, or where it is instead. */
export async function lookHome(values: Choice, context: Context): Promise<Membership | Outside> {
  const home = homeOf(values, context)
  const running = await connectControl(home)
  if (running !== undefined) {
    const { membership: info, id } = running.info
    if (info === undefined) return { home, running }
    return { id, home, info, members: await running.agent.members(), running }
  }
  const { readMembership } = await import('../../node/membership/at-rest.ts')
  const found = await readMembership(home)
  return found === undefined ? { home } : { ...found, home }
}

/** @throws PeerworkError `NOT_A_MEMBER` with what to do about it */
export async function memberHome(values: Choice, context: Context): Promise<Membership> {
  const found = await lookHome(values, context)
  if ('info' in found) return found
  throw outside(found, values)
}

function outside({ home, running }: Outside, values: Choice): PeerworkError {
  const how =
    `make a network with \`${again('network create <name>', values)}\`, ` +
    `or join one with \`${again('join <link>', values)}\``
  const where =
    running === undefined
      ? `the home ${home} is in no network`
      : `the agent that runs here is in the open network "${running.info.network}", without members`
  return new PeerworkError('NOT_A_MEMBER', `${where}; ${how}`, { home })
}

/** @throws PeerworkError `HOME_IN_USE` telling what to stop, while an agent runs with the home */
export async function mustRest(values: Choice, context: Context, what: string): Promise<string> {
  const home = homeOf(values, context)
  const running = await connectControl(home)
  if (running === undefined) return home
  const { pid, name } = running.info
  const message = `${name} (pid ${pid}) runs with this home; stop it, ${what}, and start it again`
  throw new PeerworkError('HOME_IN_USE', message, { home })
}
