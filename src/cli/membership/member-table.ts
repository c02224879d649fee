/** Members as rows. */

import type { Member } from '../../node/membership/api.ts'
import { hueOf } from '../colour.ts'
import type { Paint } from '../colour.ts'
import { columns } from '../columns.ts'
import { shortId } from '../names.ts'
import { plainLabel } from '../plain-text.ts'
import { brief } from './when.ts'

/** Longest reason of a revocation that is shown, characters. */
const REASON_LENGTH_MAX = 60

interface View {
  readonly now: number
  /** Whether the agent runs: else nobody knows who is online. */
  readonly isUp: boolean
  readonly paint: Paint
}

export function memberTable(members: readonly Member[], view: View): string[] {
  const head = ['NAME', 'ID', 'SEEN', 'ENDS IN', 'ROLES'].map((text) => view.paint('dim', text))
  return columns([head, ...members.map((member) => rowOf(member, view))])
}

function rowOf(member: Member, view: View): string[] {
  const { id, name, expires, state } = member
  const { now, paint } = view
  const here = state === 'member'
  const shown = plainLabel(name, 32)
  return [
    here ? paint(['bold', hueOf(id)], shown) : paint('dim', shown),
    shortId(id),
    seen(member, view),
    here ? brief(expires - now) : paint('red', state),
    here ? member.roles.join(' ') : paint('dim', why(member))
  ]
}

function seen({ self, connected, lastSeen }: Member, { now, isUp, paint }: View): string {
  if (self) return 'this agent'
  if (connected && isUp) return paint('green', 'online')
  return lastSeen === null ? paint('dim', 'never') : `${brief(now - lastSeen)} ago`
}

function why({ state, reason, next, expires }: Member): string {
  if (state === 'moved') return `is ${shortId(next ?? '')} now`
  if (state === 'expired') return new Date(expires).toISOString().slice(0, 10)
  return reason === undefined ? '' : plainLabel(reason, REASON_LENGTH_MAX)
}
