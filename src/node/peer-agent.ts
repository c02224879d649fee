/**
 * An agent: the rooms wired together, started in order and stopped in reverse.
 *
 * Start: runners (they warm up while the rest loads) → home, key and journal → network → control
 * socket. Stop: no new work → running work drains → peers are left → files are closed.
 */

import { PeerworkError } from '../protocol/errors.ts'
import type { JsonValue } from '../protocol/json.ts'
import type { Role } from '../protocol/membership/role.ts'
import type { Admission } from '../tasks/admission.ts'
import type { Workshop } from '../tasks/work.ts'
import type {
  Agent,
  AgentChanges,
  AgentInfo,
  AgentStatus,
  ObservedEvent,
  Peer,
  PeerEvent,
  RefusedPeer
} from './api.ts'
import type { SubmitOptions, SubmittedTask, TaskResult, TaskSummary, WatchFilter } from './api.ts'
import type { Changes } from './changes.ts'
import type { Clock } from './clock.ts'
import type { DiagnosisOnDemand } from './diagnosis/on-demand.ts'
import type { Invitation, InviteOptions, Member } from './membership/api.ts'
import type { MembershipApi, Revoked } from './membership/api.ts'
import type { Belonging } from './membership/member-options.ts'
import type { Journal } from './journal.ts'
import type { Logger } from './logger.ts'
import type { Network } from './network.ts'
import type { AgentOptions } from './options.ts'
import { publicPart } from './peers.ts'
import type { Peers } from './peers.ts'
import type { Refused } from './refused.ts'
import type { RouteExplanation } from './routing/told.ts'
import type { Sealer } from './sealer.ts'
import type { Submitter } from './submit.ts'
import type { TaskTable } from './task-table.ts'
import type { Traces } from './trace/api.ts'
import { followTraces } from './trace/follow-traces.ts'
import type { OpenTraces } from './trace/open-traces.ts'
import { VERSION } from './version.ts'
import type { Watch } from './watch.ts'
import type { WorkStatus } from './work-status.ts'

/** How long `stop` lets running tasks finish, ms. */
const GRACE_MS = 5_000

/** Everything an agent is made of; `agent.ts` puts it together. */
export interface Parts {
  readonly id: string
  readonly name: string
  readonly options: AgentOptions
  readonly clock: Clock
  readonly log: Logger
  readonly workshop: Workshop
  readonly admission: Admission
  readonly journal: Journal
  readonly peers: Peers
  readonly refused: Refused
  readonly network: Network
  readonly submitter: Submitter
  readonly sealer: Sealer
  readonly table: TaskTable
  readonly traces: OpenTraces
  readonly watch: Watch
  readonly diagnosis: DiagnosisOnDemand
  readonly changes: Changes
  readonly work: () => WorkStatus
  /** In a network with an owner. */
  readonly belonging?: Belonging | undefined
  /** Where metrics are served, once they are. */
  readonly served: { metrics?: string }
  /** What else has to be closed, in this order: control socket, allow file. */
  readonly closers: (() => void | Promise<void>)[]
}

export class PeerAgent implements Agent {
  readonly id: string
  readonly name: string
  readonly #parts: Parts
  readonly #started: number
  readonly #stopping = new AbortController()
  #stopped: Promise<void> | undefined
  #watchers = 0
  #unsubscribe = (): void => undefined

  constructor(parts: Parts) {
    this.id = parts.id
    this.name = parts.name
    this.#parts = parts
    this.#started = parts.clock.now()
  }

  get stopping(): boolean {
    return this.#stopped !== undefined
  }

  get addresses(): readonly string[] {
    return this.#parts.network.addresses
  }

  get traces(): Traces {
    return this.#parts.traces.door
  }

  info(): Promise<AgentInfo> {
    const { options, workshop, admission, belonging } = this.#parts
    return Promise.resolve({
      ...{ id: this.id, name: this.name, network: options.network, version: VERSION },
      ...{ addresses: this.addresses, home: options.home ?? null, pid: process.pid },
      ...{ started: this.#started, isolation: workshop.isolation, load: workshop.load() },
      ...{ admits: admission.mode(), skills: workshop.offers() },
      ...(belonging && { membership: belonging.desk.info() }),
      ...this.#parts.served
    })
  }

  peers(): Promise<readonly Peer[]> {
    return Promise.resolve(this.#parts.peers.all().map(publicPart))
  }

  watchPeers(signal?: AbortSignal): AsyncIterable<PeerEvent> {
    const { peers } = this.#parts
    const first = peers.all().map((peer) => ({ type: 'joined', peer: publicPart(peer) }) as const)
    return peers.events.read({ signal: this.#until(signal), first })
  }

  watchRefused(signal?: AbortSignal): AsyncIterable<RefusedPeer> {
    return this.#parts.refused.events.read({ signal: this.#until(signal) })
  }

  submit<Output = JsonValue>(
    skill: string,
    input: unknown,
    options: SubmitOptions = {}
  ): SubmittedTask<Output> {
    this.#mustRun()
    this.#mustHave('submit')
    // The caller says what the skill's output is; the schema of the offer has checked it.
    return this.#parts.submitter.submit(
      { skill, input },
      options
    ) as unknown as SubmittedTask<Output>
  }

  async run<Output = JsonValue>(
    skill: string,
    input: unknown,
    options?: SubmitOptions
  ): Promise<TaskResult<Output>> {
    return this.submit<Output>(skill, input, options).result
  }

  async explain(skill: string, input: unknown, options?: SubmitOptions): Promise<RouteExplanation> {
    this.#mustRun()
    return this.#parts.submitter.explain({ skill, input }, options)
  }

  cancel(task: string, reason?: string): Promise<void> {
    return this.#parts.submitter.cancel(task, reason)
  }

  tasks(): Promise<readonly TaskSummary[]> {
    return Promise.resolve(this.#parts.table.list())
  }

  async status(): Promise<AgentStatus> {
    return { ...(await this.#parts.diagnosis.status()), work: this.#parts.work() }
  }

  /** For monitors: nothing is tried, so it may be asked often. */
  async glance(): Promise<AgentStatus> {
    return { ...(await this.#parts.diagnosis.glance()), work: this.#parts.work() }
  }

  async doctor(): Promise<AgentStatus> {
    return { ...(await this.#parts.diagnosis.doctor()), work: this.#parts.work() }
  }

  members(): Promise<readonly Member[]> {
    return this.#membership().members()
  }

  invite(options: InviteOptions = {}): Promise<Invitation> {
    return this.#membership().invite(options)
  }

  revoke(member: string, reason?: string): Promise<Revoked> {
    return this.#membership().revoke(member, reason)
  }

  announce(record: string): Promise<{ told: number }> {
    return this.#membership().announce(record)
  }

  watch(filter: WatchFilter = {}): AsyncIterable<ObservedEvent> {
    this.#mustRun()
    // What it does itself is nobody's secret to it.
    if (filter.peer !== this.id) this.#mustHave('observe')
    const { watch, traces } = this.#parts
    if (this.#watchers++ === 0) this.#unsubscribe = followTraces(traces.door, watch)
    const events = watch.read({ ...filter, signal: this.#until(filter.signal) })
    return this.#counted(events)
  }

  async connect(address: string): Promise<Peer> {
    this.#mustRun()
    return publicPart(await this.#parts.network.connect(address))
  }

  allow(peer: string): void {
    this.#parts.admission.allow(peer)
  }

  disallow(peer: string): void {
    this.#parts.admission.disallow(peer)
  }

  change(changes: AgentChanges): Promise<void> {
    this.#mustRun()
    return this.#parts.changes.change(changes)
  }

  /** Let a guest submit until the returned function is called; for the control socket. */
  admit(guest: string): () => void {
    return this.#parts.admission.admit(guest)
  }

  /** Drop the key of own contents of a trace, or of all; for the control socket. */
  forgetContents(trace?: string): void {
    this.#parts.traces.door.forgetContent(trace)
  }

  stop({ graceMs = GRACE_MS }: { graceMs?: number } = {}): Promise<void> {
    this.#stopped ??= this.#stop(graceMs)
    return this.#stopped
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #stop(graceMs: number): Promise<void> {
    const { workshop, submitter, sealer, network, journal, traces, closers, log } = this.#parts
    log.info({ graceMs }, 'stopping')
    this.#parts.diagnosis.stop()
    sealer.hurry()
    await workshop.drain(graceMs)
    // What ended last is sealed and sent within this turn.
    await new Promise(setImmediate)
    await submitter.close()
    traces.trace.emit({ type: 'agent.stopped' })
    await traces.finish()
    this.#stopping.abort()
    for (const close of closers) await close()
    await network.stop()
    await workshop[Symbol.asyncDispose]()
    traces.close()
    journal.close()
  }

  /** The last reader who leaves also leaves the topic. */
  async *#counted(events: AsyncGenerator<ObservedEvent, void, void>) {
    try {
      yield* events
    } finally {
      if (--this.#watchers === 0) this.#unsubscribe()
    }
  }

  #until(signal: AbortSignal | undefined): AbortSignal {
    const stopping = this.#stopping.signal
    return signal === undefined ? stopping : AbortSignal.any([stopping, signal])
  }

  #membership(): MembershipApi {
    const { belonging } = this.#parts
    if (belonging !== undefined) return belonging.desk
    const why = 'this agent runs in an open network, which has no members'
    throw new PeerworkError('NOT_A_MEMBER', why)
  }

  /** @throws PeerworkError `ROLE_MISSING`, or why this agent is no member any more */
  #mustHave(role: Role): void {
    const { membership } = this.#parts.belonging ?? {}
    if (membership === undefined || membership.mayWe(role)) return
    const text = `this agent does not have the role ${role} in its network`
    throw membership.ownFault() ?? new PeerworkError('ROLE_MISSING', text, { role })
  }

  #mustRun(): void {
    if (this.#stopped !== undefined) throw new PeerworkError('CLOSED', 'this agent was stopped')
  }
}
