/** `peerwork status`: how the agent is, and why. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { AgentStatus } from '../../node/api.ts'
import { span } from '../../node/diagnosis/ago.ts'
import type { HealthState } from '../../node/diagnosis/health.ts'
import { systemClock } from '../../node/clock.ts'
import { toMs } from '../../node/duration.ts'
import { NETWORKING, defineCommand } from '../command.ts'
import type { Context } from '../command.ts'
import { hueOf } from '../colour.ts'
import type { Style } from '../colour.ts'
import { columns } from '../columns.ts'
import { showFindings } from '../findings.ts'
import { formatDuration } from '../units.ts'
import { untilInterrupted } from '../interrupts.ts'
import { plainLabel } from '../plain-text.ts'
import { anyAgent } from '../session.ts'

/** How long a short-lived agent looks around first. */
const WAIT = '3s'
const STYLES: Readonly<Record<HealthState, Style>> = {
  ok: 'green',
  degraded: 'yellow',
  down: 'red'
}
/** Reasons of refusals in one line, count: the most frequent. */
const REASONS_SHOWN = 4

export const status = defineCommand({
  name: 'status',
  summary: 'tell how the agent is, and why',
  about: [
    'Says whether the agent is ok, degraded or down, and what is not as it should be, each with ' +
      'a hint. Without peers it says why: no multicast on this interface, a closed port, a clock ' +
      'that is off, another network or version, a bootstrap peer or relay that is down, and ' +
      'since when. `peerwork doctor` tries out more.',
    'Asks the running agent. Without one, a short-lived agent looks around for three seconds ' +
      '(--wait) and is stopped again.',
    'Exit code 0 when the agent is ok, 1 when it is degraded or down.'
  ],
  options: {
    wait: { type: 'string', value: '<time>', about: `how long to look around; ${WAIT} by default` },
    ...NETWORKING
  },
  json:
    'One object: state (ok, degraded, down), running, info (as in up), peers (count), links ' +
    '(kind, address, peer, state, since, error), alone (why there are no peers, or null), ' +
    'findings (as in doctor), work (begun, meanWaitMs, peersWaiting, longestWaitMs, refused).',
  examples: [
    ['peerwork status', 'how is it?'],
    ['peerwork status --json | jq .state', 'for a script'],
    ['peerwork status || peerwork doctor', 'look closer when something is wrong']
  ],
  async run({ values }, context) {
    const waitMs = toMs(values.wait ?? WAIT, '--wait')
    await using session = await anyAgent(values, context)
    const running = session.running !== undefined
    if (!running) await untilInterrupted(sleep(waitMs), context.interrupts)
    const found = await session.agent.status()
    if (values.json) context.out.json({ ...found, running })
    else show(found, running, context)
    return found.state === 'ok' ? 0 : 1
  }
})

function show(status: AgentStatus, running: boolean, { out }: Context): void {
  const { paint } = out
  const { state, info, peers, links, findings } = status
  const name = paint(['bold', hueOf(info.id)], plainLabel(info.name))
  out.line(`${paint(['bold', STYLES[state]], '●')} ${name} is ${paint(STYLES[state], state)}`)
  const now = systemClock.now()
  const rows = [
    ['running', running ? `pid ${info.pid}, for ${span(now - info.started)}` : 'no'],
    ['network', info.membership?.name ?? info.network],
    ['peers', String(peers)],
    ...links.map(({ kind, address, state: how, since }) => {
      return [kind, `${how} for ${span(now - since)}: ${plainLabel(address, 200)}`]
    }),
    ['tasks', tasksOf(status)],
    ...workOf(status),
    ...(info.metrics === undefined ? [] : [['metrics', `${info.metrics}/metrics`]])
  ]
  for (const line of columns(
    rows.map(([head = '', text = '']) => [`  ${paint('dim', head)}`, text])
  ))
    out.line(line)
  const troubles = findings.filter(({ level }) => level !== 'pass')
  if (troubles.length === 0) return
  out.line()
  showFindings(troubles, out)
}

/** How long tasks wait, and what was refused, once there is anything to say. */
function workOf({ work }: AgentStatus): string[][] {
  if (work === undefined) return []
  const { begun, meanWaitMs, peersWaiting, longestWaitMs, refused } = work
  const now = `now ${peersWaiting} ${peersWaiting === 1 ? 'peer' : 'peers'}, `
  const longest =
    peersWaiting === 0 ? '' : `; ${now}the longest for ${formatDuration(longestWaitMs)}`
  const reasons = refused.slice(0, REASONS_SHOWN).map(({ code, reason, count }) => {
    return `${count} ${code}${reason === '' ? '' : ` (${reason})`}`
  })
  const more = refused.length > REASONS_SHOWN ? ', …' : ''
  return [
    ...(begun === 0 ? [] : [['waited', `${formatDuration(meanWaitMs)} on average${longest}`]]),
    ...(reasons.length === 0 ? [] : [['refused', reasons.join(', ') + more]])
  ]
}

function tasksOf({ info: { load } }: AgentStatus): string {
  const waiting = load.queued > 0 ? `, ${load.queued} waiting` : ''
  return `${load.running} of ${load.capacity} running${waiting}`
}
