/** `peerwork watch`: live trace events of every agent in reach, verified, one a line. */

import type { AgentApi, ObservedEvent, WatchFilter } from '../../node/api.ts'
import { nameOfNetwork } from '../../protocol/membership/network-id.ts'
import { NETWORKING, defineCommand } from '../command.ts'
import type { Context, Values } from '../command.ts'
import { inOrder } from '../in-order.ts'
import { Names } from '../names.ts'
import { plainLabel } from '../plain-text.ts'
import { anyAgent } from '../session.ts'
import type { Session } from '../session.ts'
import { traceLine } from '../trace-line.ts'

/** How long a line may wait for earlier ones of other agents, ms: a batch waits 250 ms. */
const HOLD_MS = 300

const options = {
  peer: { type: 'string', value: '<peer>', about: 'only what this agent did or had done' },
  task: { type: 'string', value: '<id>', about: 'only this task' },
  trace: { type: 'string', value: '<id>', about: 'only this trace' },
  skill: { type: 'string', value: '<skill>', about: 'only tasks for this skill' },
  type: {
    type: 'string',
    multiple: true,
    value: '<type>',
    about: 'only these events: task.completed, or task.* for a family (repeat)'
  },
  ...NETWORKING
} as const

export const watch = defineCommand({
  name: 'watch',
  summary: 'follow live traces of every agent in reach',
  about: [
    'Each line is an event that its agent signed: requester → executor, the task, what happened. ' +
      'The side that speaks stands in brackets, and a task keeps its colour, so the two ends of ' +
      'a handoff pair up. Without a running agent, a short-lived one joins the network to listen.'
  ],
  options,
  json:
    'One object a line: from (peer id), name, missed (events not seen before this ' +
    'one), event (type, seq, at and the fields of its type; see docs/protocol.md).',
  examples: [
    ['peerwork watch', 'everything'],
    [`peerwork watch --skill analyse-text --type 'task.*'`, 'the life of one kind of task'],
    ['peerwork watch --json > events.ndjson', 'keep it for later']
  ],
  async run({ values }, context) {
    await using session = await anyAgent(values, context, { serve: true })
    if (context.err.tty && !values.json) {
      const network = plainLabel(nameOfNetwork(session.info.network))
      const where = `network "${network}" as ${plainLabel(session.info.name)}`
      context.err.line(context.err.paint('dim', `watching ${where}; Ctrl-C ends it`))
    }
    const events = session.agent.watch(filterOf(values, context))
    // Awaited here: a returned promise would let the session end first.
    if (values.json) await printJson(events, context)
    else await printLines(events, session, context)
  }
})

function filterOf(values: Values<typeof options>, { interrupts }: Context): WatchFilter {
  const { peer, task, trace, skill, type } = values
  return {
    signal: interrupts.signal,
    ...(peer !== undefined && { peer }),
    ...(task !== undefined && { task }),
    ...(trace !== undefined && { trace }),
    ...(skill !== undefined && { skill }),
    ...(type.length > 0 && { types: type })
  }
}

async function printJson(events: AsyncIterable<ObservedEvent>, { out }: Context): Promise<void> {
  for await (const event of events) {
    out.json(event)
    await out.drained()
  }
}

async function printLines(
  events: AsyncIterable<ObservedEvent>,
  session: Session,
  { out, interrupts }: Context
): Promise<void> {
  const names = await knownNames(session)
  void addJoining(names, session, interrupts.signal)
  for await (const observed of inOrder(events, ({ event }) => event.at, HOLD_MS)) {
    await learn(names, observed, session.agent)
    if (observed.missed > 0) {
      const text = `… ${observed.missed} events of ${names.of(observed.from)} were missed`
      out.line(out.paint('yellow', text))
    }
    out.line(traceLine(observed, names, out.paint))
    await out.drained()
  }
}

async function knownNames({ agent, info }: Session): Promise<Names> {
  const names = new Names()
  names.add(info.id, info.name)
  for (const peer of await agent.peers()) names.add(peer.id, peer.name)
  return names
}

/** A guest of this agent is a peer for a second, and gone when its task is told. */
export async function addJoining(
  names: Names,
  { agent }: { readonly agent: Pick<AgentApi, 'watchPeers'> },
  signal: AbortSignal
): Promise<void> {
  try {
    for await (const { peer } of agent.watchPeers(signal)) names.add(peer.id, peer.name)
  } catch {
    // Whoever watches sees ids then.
  }
}

/**
 * Names of producers come with their events, from their cards; of the other end of a task they have
 * to be asked for. What an event says of names is its producer's word, and not believed.
 */
export async function learn(names: Names, observed: ObservedEvent, agent: AgentApi): Promise<void> {
  const { from, name, event } = observed
  names.add(from, name)
  if (!('peer' in event) || names.has(event.peer)) return
  for (const peer of await agent.peers()) names.add(peer.id, peer.name)
}
