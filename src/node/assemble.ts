/** The rooms of one agent, wired together and started. */

import type { Identity } from '../protocol/identity.ts'
import { clipLabel } from '../protocol/text.ts'
import { createAdmission } from '../tasks/admission.ts'
import type { Workshop } from '../tasks/work.ts'
import type { Agent, Peer } from './api.ts'
import { BulkDesk } from './bulk-desk.ts'
import { Changes } from './changes.ts'
import { systemClock } from './clock.ts'
import type { Clock } from './clock.ts'
import { Contents } from './content/contents.ts'
import { Counters } from './counters.ts'
import { diagnose } from './diagnose.ts'
import { Observed } from './diagnosis/observed.ts'
import { openDoors } from './doors.ts'
import { openHome } from './home.ts'
import { Journal } from './journal.ts'
import { ephemeralSecret, openKey } from './key-file.ts'
import type { Secret } from './key-file.ts'
import type { Logger, Logs } from './logger.ts'
import { openMembership } from './membership/open-membership.ts'
import type { OwnMembership } from './membership/own-membership.ts'
import { whenSettled } from './membership/when-settled.ts'
import type { MetricsDoor } from './metrics-door.ts'
import type { Network } from './network.ts'
import type { AgentOptions } from './options.ts'
import { describeAgent } from './own-card.ts'
import { handOn } from './hand-on.ts'
import { PeerAgent } from './peer-agent.ts'
import type { Parts } from './peer-agent.ts'
import { Peers } from './peers.ts'
import { Quotas } from './quotas.ts'
import { Refused } from './refused.ts'
import { keepHistory } from './routing/history-file.ts'
import { Sealer } from './sealer.ts'
import { Server } from './serve.ts'
import { Submitter } from './submit.ts'
import { TaskTable } from './task-table.ts'
import { openTraces } from './trace/open-traces.ts'
import type { TracesInit } from './trace/open-traces.ts'
import type { TraceLog } from './trace-log.ts'
import { Watch } from './watch.ts'
import { workStatus } from './work-status.ts'

/** What `createAgent` has begun before it read the rest of the code. */
export interface Beginning {
  readonly options: AgentOptions
  readonly log: Logger
  readonly logs: Logs
  readonly workshop: Workshop
  readonly ready: Promise<void>
  readonly loading: Promise<typeof import('./network.ts')>
  /** How to take back what was done so far, newest last. */
  readonly undo: (() => unknown)[]
}

export async function assemble(beginning: Beginning): Promise<Agent> {
  const { log, logs, workshop, ready, loading, undo } = beginning
  const clock = systemClock
  const journal = openJournal(beginning)
  const { options, secret, belonging } = await openMembership({ ...beginning, clock, openSecret })
  const { identity } = secret
  const name = options.name ?? `agent-${identity.id.slice(-6)}`
  const { membership, admission = createAdmission(options) } = belonging ?? {}
  const announce = (): void => live.network?.changed()
  const quotas = openQuotas(options, clock, membership)
  const changes = new Changes({
    ...{ options, admission, workshop, log, logs, announce, quotas },
    metrics: () => live.metrics
  })
  const closers: Parts['closers'] = [() => changes[Symbol.dispose]()]
  undo.push(...closers)
  const peers = new Peers(admission.lists)
  const live: { network?: Network; metrics?: MetricsDoor } = {}
  const describe = () => describeOwn(name, live.network, workshop, options)
  const counters = new Counters()
  const observed = new Observed(clock, counters)
  const { Network: OwnNetwork } = await loading
  const network = await OwnNetwork.create({
    ...{ options, secret, clock, peers, describe, observed, counters, log, logs, membership },
    busy: (peer) => submitter.worksFor(peer) || table.worksWith(peer)
  })
  live.network = network
  const traces = openLog({ ...beginning, options, identity, clock, peers, counters }, network)
  const { trace, contents } = traces
  const diagnosis = diagnose({
    ...{ options, identity, clock, observed, peers, network },
    info: () => agent.info(),
    stopping: () => agent.stopping
  })
  const desk = new BulkDesk((peer) => admission.admits(peer) || submitter.worksFor(peer), counters)
  const table = new TaskTable(clock, counters)
  const sealer = openSealer(identity, clock, () => submitter.size + server.size)
  const common = { identity, sealer, network: options.network, clock, desk, trace, table }
  const history = openHistory(options, clock, [undo, closers])
  const submitter: Submitter = new Submitter({
    ...{ ...common, peers, history, whyAlone: () => diagnosis.whyAlone() },
    ...{ connect: (to) => network.connect(to), seek: (wanted) => void network.seek(wanted) },
    stranger: (peer, skill) => warnOfStranger(log, peer, skill)
  })
  const refused = new Refused(clock, (id) => peers.nameOf(id))
  const server: Server = new Server({
    admission: refused.watching(admission),
    ...{ ...common, journal, workshop, counters, quotas, log, contents },
    handOn: (parent, request) => handOn(submitter, trace, parent, request)
  })
  undo.push(() => network.stop())
  const starting = network.start({
    session: whenSettled(membership, (stream, connection) => server.accept(stream, connection)),
    ...{ bulk: (stream, link) => desk.accept(stream, link), traces: traces.answer }
  })
  // Peers are met while skills still load; they hear of the skills as soon as those are ready.
  await Promise.all([ready, starting])
  network.changed()
  trace.emit({ type: 'agent.started', name })
  const served: Parts['served'] = {}
  const agent: PeerAgent = new PeerAgent({
    ...{ ...common, id: identity.id, name, options, log, workshop, admission, journal, peers },
    work: () => workStatus(counters, workshop),
    watch: new Watch((id) => (id === identity.id ? name : peers.nameOf(id))),
    ...{ network, submitter, traces, diagnosis, changes, served, closers, belonging, refused }
  })
  diagnosis.start()
  live.metrics = await openDoors({ agent, options, counters, observed, logs, served, closers })
  return agent
}

const describeOwn = (
  name: string,
  network: Network | undefined,
  workshop: Workshop,
  { relay }: AgentOptions
) => ({
  ...describeAgent(name, network?.addresses ?? [], workshop),
  ...(relay && { relay: true })
})

function openQuotas({ quotas: options }: AgentOptions, clock: Clock, membership?: OwnMembership) {
  return new Quotas({ options, clock, has: (peer, role) => membership?.may(peer, role) ?? false })
}

type LogParts = Pick<TracesInit, 'identity' | 'clock' | 'peers' | 'counters'> & Beginning

/** The own trace log, which also tells of peers. */
function openLog({ options, undo, log, ...parts }: LogParts, net: Network) {
  const { gossip, mayObserve } = net
  const { identity, clock, peers, counters } = parts
  const { network, home, traceContent } = options
  const contents = traceContent && new Contents({ ...traceContent, random: clock.random })
  const observe = (on: boolean): void => net.meeting.observe(on)
  const shared = { network, home, gossip, mayObserve, observe, contents }
  const traces = openTraces({ identity, clock, peers, counters, log, ...shared })
  undo.push(() => traces.close())
  peers.events.listen((event) => tellPeer(traces.trace, event))
  return { ...traces, contents }
}

function openHistory({ home }: AgentOptions, clock: Clock, closers: (() => unknown)[][]) {
  const kept = keepHistory(home, clock.now)
  for (const list of closers) list.push(() => kept[Symbol.dispose]())
  return kept.history
}

const openSealer = (identity: Identity, { elapsed }: Clock, open: () => number): Sealer =>
  new Sealer({ identity, elapsed, open })

function warnOfStranger(log: Logger, { id: peer, name }: Pick<Peer, 'id' | 'name'>, skill: string) {
  log.warn({ peer, name, skill }, 'a task goes to a peer that is not on the allow list')
}

function openSecret({ home, passphrase }: AgentOptions): Secret {
  if (home === undefined) return ephemeralSecret(systemClock)
  return openKey(home, systemClock, passphrase)
}

function openJournal({ options: { home }, log, undo }: Beginning): Journal {
  if (home !== undefined) openHome(home)
  const journal = new Journal(home, systemClock.now, (error) => {
    log.error({ code: error.code, why: error.message }, 'the journal cannot be written')
  })
  undo.push(() => journal.close())
  return journal
}

function tellPeer(trace: TraceLog, event: Parameters<Parameters<Peers['events']['listen']>[0]>[0]) {
  const { peer, type } = event
  if (type === 'joined') trace.emit({ type: 'peer.joined', peer: peer.id, name: peer.name })
  else if (type === 'left') {
    trace.emit({ type: 'peer.left', peer: peer.id, reason: clipLabel(event.reason) })
  }
}
