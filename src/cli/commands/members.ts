/** `peerwork members`: who belongs to the network. */

import { systemClock } from '../../node/clock.ts'
import { defineCommand } from '../command.ts'
import type { Context } from '../command.ts'
import { memberHome } from '../membership/home.ts'
import type { Membership } from '../membership/home.ts'
import { memberTable } from '../membership/member-table.ts'
import { watchMembers } from '../membership/watch-members.ts'
import { plainLabel } from '../plain-text.ts'
import { runningAgent } from '../session.ts'

export const members = defineCommand({
  name: 'members',
  summary: 'show who belongs to the network',
  about: [
    'Everybody that this agent knows of: members first, then those whose certificate has ' +
      'expired, who changed their key, or were put out. SEEN is when this agent was ' +
      'connected to them last.',
    'Without a running agent it shows what was known when it ran last.'
  ],
  options: {
    watch: { type: 'boolean', short: 'w', about: 'stay, and tell what changes' }
  },
  json:
    'One object: network (wire id), name, running, members: id, name, roles, state (member, ' +
    'expired, revoked, moved), issued, expires, by, lastSeen (or null), connected, self, reason ' +
    'and next where there are any. With --watch one object a line: type (joined, changed, left, ' +
    'online, offline), member.',
  examples: [
    ['peerwork members', 'who belongs here?'],
    ['peerwork members --watch', 'who comes, goes, is let in or put out'],
    [`peerwork members --json | jq -r '.members[] | select(.connected).name'`, 'who is online']
  ],
  async run({ values }, context) {
    if (values.watch) {
      await using session = await runningAgent(values, context)
      return await watchMembers(session.agent, context, values.json)
    }
    const found = await memberHome(values, context)
    if (values.json) context.out.json(jsonOf(found))
    else show(found, context)
  }
})

function jsonOf({ info, members: list, running }: Membership): object {
  const { network, name } = info
  return { network, name, running: running !== undefined, members: list }
}

function show({ info, members: list, running }: Membership, { out, err }: Context): void {
  const isUp = running !== undefined
  for (const line of memberTable(list, { now: systemClock.now(), isUp, paint: out.paint })) {
    out.line(line)
  }
  const here = list.filter(({ state }) => state === 'member')
  const online = here.filter(({ connected, self }) => connected || self).length
  const count = here.length === 1 ? 'one member' : `${here.length} members`
  const known = isUp ? `, ${online} online` : '; no agent runs here: as of when it ran last'
  err.line(err.paint('dim', `${plainLabel(info.name)}: ${count}${known}`))
}
