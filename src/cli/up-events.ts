/** What `peerwork up` tells while it runs: peers that come and go, tasks from begin to end. */

import type { Agent, ObservedEvent, PeerEvent, RefusedPeer } from '../node/api.ts'
import { systemClock } from '../node/clock.ts'
import { BATCH_WAIT_MS } from '../protocol/constants.ts'
import type { TraceEventType } from '../protocol/trace.ts'
import type { Context } from './command.ts'
import { hueOf } from './colour.ts'
import { pad } from './columns.ts'
import { heldBack } from './held-back.ts'
import { Names, shortId, shortTask } from './names.ts'
import type { Output } from './output.ts'
import { peerLine } from './peer-line.ts'
import { plainLabel } from './plain-text.ts'
import { clockTime, describeWork } from './trace-line.ts'

/** The beginning and the ends of a task; what is between is for `peerwork watch`. */
const TOLD: ReadonlySet<TraceEventType> = new Set<TraceEventType>([
  'task.received',
  'task.submitted',
  'task.rejected',
  'task.completed',
  'task.failed',
  'task.canceled',
  'task.replayed'
])

/** Longest reason shown, characters: it may quote other agents. */
const WHY_LENGTH_MAX = 1_200

/** Events of tasks come in batches; the last ones of a peer go before the word that it left, ms. */
const LEFT_HELD_MS = 2 * BATCH_WAIT_MS

/** Long enough to find peers where nothing is wrong, ms. */
const ALONE_AFTER_MS = 5_000

/**
 * Tell until interrupted.
 *
 * @param aloneAfterMs when a person is told what keeps peers away, if anything is known to
 */
export async function tellEvents(
  agent: Agent,
  context: Context,
  json: boolean,
  aloneAfterMs = ALONE_AFTER_MS
): Promise<void> {
  const { signal } = context.interrupts
  const names = new Names()
  const peers = async (): Promise<void> => {
    const events = named(agent.watchPeers(signal), names)
    const holdMs = ({ type }: PeerEvent): number => (type === 'left' ? LEFT_HELD_MS : 0)
    for await (const event of heldBack(events, holdMs, systemClock.elapsed)) {
      if (json) context.out.json(event)
      else tellPeer(event, context.err)
      await drained(context)
    }
  }
  const tasks = async (): Promise<void> => {
    for await (const observed of agent.watch({ peer: agent.id, signal })) {
      if (observed.from !== agent.id) continue
      if (json) context.out.json({ type: 'trace', ...observed })
      else tellTask(observed, names, context.err)
      await drained(context)
    }
  }
  const refused = async (): Promise<void> => {
    for await (const peer of agent.watchRefused(signal)) {
      if (json) context.out.json({ type: 'refused', peer })
      else tellRefused(peer, context.err)
      await drained(context)
    }
  }
  const patience = setTimeout(() => {
    if (!json) tellAlone(agent, context.err).catch(() => undefined)
  }, aloneAfterMs)
  try {
    await Promise.all([peers(), tasks(), refused()])
  } finally {
    clearTimeout(patience)
  }
}

/** Not of an agent that is merely the first: then nothing is wrong. */
async function tellAlone(agent: Agent, err: Output): Promise<void> {
  const { alone, findings } = await agent.status()
  const about = findings.find(({ code }) => code === 'PEERS')
  if (alone === null || about === undefined || about.facts['because'] === 'PEERS') return
  const hint = about.hint === null ? '' : ` ${about.hint}`
  const text = `no peers: ${plainLabel(alone, WHY_LENGTH_MAX)}.${hint}`
  err.line(`  ${err.paint('yellow', '!')} ${text}`)
}

/** At once, so that tasks have a name while an event of their peer is held back. */
async function* named(
  events: AsyncIterable<PeerEvent>,
  names: Names
): AsyncGenerator<PeerEvent, void, void> {
  for await (const event of events) {
    names.add(event.peer.id, event.peer.name)
    yield event
  }
}

async function drained({ out, err }: Context): Promise<void> {
  await out.drained()
  await err.drained()
}

function tellPeer(event: PeerEvent, err: Output): void {
  // Every task changes a peer's load; that is no news for a person.
  if (event.type !== 'changed') err.line(`  ${peerLine(event, err)}`)
}

function tellRefused({ id, name }: RefusedPeer, err: Output): void {
  const { paint } = err
  const shown = name === null ? '' : `${paint(['bold', hueOf(id)], plainLabel(name, 32))} `
  const how = `let it in with ${paint('cyan', `--allow ${id}`)}`
  err.line(`  ${paint('yellow', '!')} refused ${shown}${shortId(id)}: not on the list; ${how}`)
}

function tellTask({ event }: ObservedEvent, names: Names, err: Output): void {
  if (!('task' in event) || !TOLD.has(event.type)) return
  const { paint } = err
  const asked = event.side === 'requester'
  const ended = event.type !== 'task.received' && event.type !== 'task.submitted'
  const sign = ended ? signOf(event.type, err) : paint('cyan', asked ? '→' : '←')
  const task = paint(hueOf(event.task), shortTask(event.task))
  const peer = paint(['bold', hueOf(event.peer)], names.of(event.peer))
  const where = asked ? `to ${peer}` : `from ${peer}`
  const time = paint('dim', clockTime(event.at))
  const what = `${pad(event.skill, 14)} ${where}: ${describeWork(event, names)}`
  err.line(`  ${sign} ${task} ${what} ${time}`)
}

function signOf(type: TraceEventType, { paint }: Output): string {
  if (type === 'task.completed' || type === 'task.replayed') return paint('green', '✔')
  return type === 'task.canceled' ? paint('yellow', '■') : paint('red', '✘')
}
