/** What changes among the members, as it does. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { AgentApi } from '../../node/api.ts'
import { systemClock } from '../../node/clock.ts'
import type { Member } from '../../node/membership/api.ts'
import type { Context } from '../command.ts'
import type { Style } from '../colour.ts'
import { hueOf } from '../colour.ts'
import { shortId } from '../names.ts'
import type { Output } from '../output.ts'
import { plainLabel } from '../plain-text.ts'
import { clockTime } from '../trace-line.ts'

/** How often to ask the running agent, ms: a question costs it well under one. */
const LOOK_MS = 1_000

export interface MemberChange {
  readonly type: 'joined' | 'changed' | 'left' | 'online' | 'offline'
  readonly member: Member
}

/** Starts with `joined` for everybody who is there. Until interrupted. */
export async function watchMembers(
  agent: Pick<AgentApi, 'members'>,
  { out, interrupts }: Context,
  json: boolean
): Promise<void> {
  let known: readonly Member[] = []
  const { signal } = interrupts
  while (!signal.aborted) {
    const now = await agent.members()
    for (const change of changesOf(known, now)) {
      if (json) out.json(change)
      else out.line(lineOf(change, out))
    }
    await out.drained()
    known = now
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined)
  }
}

export function* changesOf(
  before: readonly Member[],
  now: readonly Member[]
): Generator<MemberChange, void, void> {
  const known = new Map(before.map((member) => [member.id, member]))
  for (const member of now) {
    const old = known.get(member.id)
    const here = member.state === 'member'
    if (here && old?.state !== 'member') yield { type: 'joined', member }
    else if (!here && old?.state === 'member') yield { type: 'left', member }
    else if (here && old !== undefined && !isSame(old, member)) yield { type: 'changed', member }
    if (old !== undefined && old.connected !== member.connected) {
      yield { type: member.connected ? 'online' : 'offline', member }
    }
  }
}

const isSame = (one: Member, other: Member): boolean =>
  one.expires === other.expires && one.roles.join() === other.roles.join()

const SIGNS: Readonly<Record<MemberChange['type'], readonly [string, Style]>> = {
  joined: ['+', 'green'],
  changed: ['~', 'blue'],
  left: ['-', 'red'],
  online: ['●', 'green'],
  offline: ['○', 'yellow']
}

function lineOf({ type, member }: MemberChange, { paint }: Output): string {
  const [sign, style] = SIGNS[type]
  const name = paint(['bold', hueOf(member.id)], plainLabel(member.name, 32))
  const time = paint('dim', clockTime(systemClock.now()))
  const id = paint('dim', shortId(member.id))
  return `${paint(style, sign)} ${name} ${id} ${what({ type, member })} ${time}`
}

function what({ type, member }: MemberChange): string {
  const { roles, state, reason, connected, self } = member
  if (type === 'joined') {
    const online = connected || self ? ', online' : ''
    return `is a member: ${roles.join(', ')}${online}`
  }
  if (type === 'changed') return `was renewed: ${roles.join(', ')}`
  if (type !== 'left') return `is ${type}`
  return `is ${state}${reason === undefined ? '' : `: ${plainLabel(reason)}`}`
}
