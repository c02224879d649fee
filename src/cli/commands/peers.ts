/** `peerwork peers`: who is there. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Peer } from '../../node/api.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import { NETWORKING, defineCommand } from '../command.ts'
import { untilInterrupted } from '../interrupts.ts'
import type { Context } from '../command.ts'
import { hueOf } from '../colour.ts'
import { columns } from '../columns.ts'
import { toMs } from '../../node/duration.ts'
import { shortId } from '../names.ts'
import type { Output } from '../output.ts'
import { peerLine, skillNames } from '../peer-line.ts'
import { plainLabel } from '../plain-text.ts'
import { again } from '../membership/again.ts'
import { anyAgent } from '../session.ts'
import type { Session } from '../session.ts'

/** How long a short-lived agent looks around. */
const WAIT = '3s'
/** Longest reason shown, characters: it may quote other agents. */
const WHY_LENGTH_MAX = 1_200

export const peers = defineCommand({
  name: 'peers',
  summary: 'show who is there',
  about: [
    'Asks the running agent. Without one, a short-lived agent looks around for three seconds ' +
      '(--wait) and is stopped again.'
  ],
  options: {
    watch: { type: 'boolean', short: 'w', about: 'stay, and tell who joins and leaves' },
    wait: { type: 'string', value: '<time>', about: `how long to look around; ${WAIT} by default` },
    ...NETWORKING
  },
  json:
    'One object {"peers": […]} with id, name, version, addresses, via, link, skills, ' +
    'isolation, load, since (ms). With --watch one object a line: type (joined, ' +
    'changed, left), peer, reason when left.',
  examples: [
    ['peerwork peers', 'everybody in reach'],
    ['peerwork peers --watch', 'follow who comes and goes'],
    [`peerwork peers --json | jq -r '.peers[].id'`, 'ids for a script']
  ],
  async run({ values }, context) {
    const waitMs = toMs(values.wait ?? WAIT, '--wait')
    await using session = await anyAgent(values, context, { serve: values.watch })
    if (values.watch) return await follow(session, context, values.json)
    if (session.running === undefined) await untilInterrupted(sleep(waitMs), context.interrupts)
    const found = await session.agent.peers()
    if (session.running === undefined && found.length === 0) {
      throw await nobody(waitMs, session)
    }
    if (values.json) context.out.json({ peers: found })
    else if (found.length === 0) await showNobody(session, values, context)
    else show(found, context)
  }
})

/** Why nobody is there, as the agent that looked around knows it. */
export async function nobody(
  waitMs: number,
  { agent, info }: Pick<Session, 'agent' | 'info'>
): Promise<PeerworkError> {
  const { alone } = await agent.status()
  const message = `no peers found after ${waitMs / 1000} s: ${alone ?? 'they have left'}`
  return new PeerworkError('NO_PEERS', message, { network: info.network })
}

async function showNobody(
  { agent }: Session,
  choice: Parameters<typeof again>[1],
  { err }: Context
): Promise<void> {
  const { alone } = await agent.status()
  err.line(`No peers yet: ${plainLabel(alone ?? 'they are coming', WHY_LENGTH_MAX)}.`)
  const [look, wait] = [again('doctor', choice), again('peers --watch', choice)]
  err.line(err.paint('dim', `Look closer with ${look}, or wait: ${wait}`))
}

function show(found: readonly Peer[], { out }: Context): void {
  const head = ['NAME', 'ID', 'FOUND', 'ISOLATION', 'LOAD', 'SKILLS']
  const rows = found.map((peer) => rowOf(peer, out))
  for (const line of columns([head.map((text) => out.paint('dim', text)), ...rows])) out.line(line)
}

function rowOf(peer: Peer, { paint }: Output): string[] {
  const { running, queued, capacity } = peer.load
  return [
    paint(['bold', hueOf(peer.id)], plainLabel(peer.name, 32)),
    shortId(peer.id),
    peer.link === 'relayed' ? `${peer.via}, ${paint('yellow', 'relayed')}` : peer.via,
    peer.isolation,
    `${running}/${capacity}${queued > 0 ? ` +${queued}` : ''}`,
    skillNames(peer) || paint('dim', 'none')
  ]
}

async function follow(session: Session, context: Context, json: boolean): Promise<void> {
  const { out, interrupts } = context
  for await (const event of session.agent.watchPeers(interrupts.signal)) {
    if (json) out.json(event)
    else out.line(peerLine(event, out))
    await out.drained()
  }
}
