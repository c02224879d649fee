/**
 * What an agent can be asked, in process or through its control socket: the same words in both.
 *
 * `createAgent` answers with an `Agent`; the command line talks to a running one through
 * `AgentApi`, which crosses the socket.
 */

import type { JsonObject, JsonValue } from '../protocol/json.ts'
import type { Isolation } from '../protocol/message/result.ts'
import type { Budget, Priority } from '../protocol/message/task.ts'
import type { TraceEvent } from '../protocol/trace.ts'
import type { SkillOffer } from '../tasks/work.ts'
import type { AgentChanges } from './agent-init.ts'
import type { Finding } from './diagnosis/finding.ts'
import type { HealthState } from './diagnosis/health.ts'
import type { SupervisedLink } from './diagnosis/link.ts'
import type { MembershipApi, MembershipInfo } from './membership/api.ts'
import type { RouteExplanation } from './routing/told.ts'
import type { SubmittedTask, TaskResult } from './task-life.ts'
import type { Traces } from './trace/api.ts'
import type { WorkStatus } from './work-status.ts'

export type { AgentChanges, AgentInit } from './agent-init.ts'
export type { SubmittedTask, TaskEvent, TaskResult, TaskTiming } from './task-life.ts'

export interface AgentInfo {
  readonly id: string
  readonly name: string
  readonly network: string
  readonly version: string
  /** Multiaddrs that others can dial, with `/p2p/<id>`. */
  readonly addresses: readonly string[]
  readonly home: string | null
  readonly pid: number
  /** ms since 1970 */
  readonly started: number
  readonly isolation: Isolation
  readonly load: { readonly running: number; readonly queued: number; readonly capacity: number }
  /**
   * Who may submit: `nobody`, a number of allowed peers, `everybody` (--open), or the `members` of
   * a network with an owner that have the role.
   */
  readonly admits: 'nobody' | 'listed' | 'everybody' | 'members'
  /** In a network with an owner. */
  readonly membership?: MembershipInfo
  readonly skills: readonly SkillOffer[]
  /** Where `/healthz` and `/metrics` are, as `http://127.0.0.1:9464`, when they are served. */
  readonly metrics?: string
}

/** How an agent is, and why: what `peerwork status` shows and `/healthz` is made of. */
export interface AgentStatus {
  readonly state: HealthState
  readonly info: AgentInfo
  /** Connected peers, count. */
  readonly peers: number
  /** Links to bootstrap peers and relays. */
  readonly links: readonly SupervisedLink[]
  /** Why there are no peers, in a sentence; null when there are some. */
  readonly alone: string | null
  /** Every check, passed or not; without peers, `PEERS` tells why. */
  readonly findings: readonly Finding[]
  /** The tasks of others: how long they wait, and which were refused. */
  readonly work?: WorkStatus
}

export interface Peer {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly addresses: readonly string[]
  /** How it was found first. */
  readonly via: 'mdns' | 'bootstrap' | 'peer' | 'dial' | 'inbound' | 'remembered'
  /** `relayed`: through a relay, which bounds how much and how long. */
  readonly link: 'direct' | 'relayed'
  readonly skills: readonly SkillOffer[]
  readonly isolation: Isolation
  readonly load: { readonly running: number; readonly queued: number; readonly capacity: number }
  /** When this connection began, ms since 1970. */
  readonly since: number
  /** As it was measured last; absent before that. */
  readonly roundTripMs?: number
}

export type PeerEvent =
  | { readonly type: 'joined' | 'changed'; readonly peer: Peer }
  | { readonly type: 'left'; readonly peer: Peer; readonly reason: string }

/** Who asked for work and is not on the list of this agent. */
export interface RefusedPeer {
  readonly id: string
  /** Its name, when its card is known. */
  readonly name: string | null
}

export interface SubmitOptions {
  /**
   * Peer id, unique prefix of one (≥ 6 characters), or unique name. Names are chosen by whoever
   * bears them; of several, one on the allow list is meant.
   */
  readonly to?: string
  /**
   * `listed`: only a peer on this agent's own allow list gets the task. Default `anybody`: those
   * are preferred, and without one a stranger that offers the skill gets it, input included.
   */
  readonly trust?: 'listed' | 'anybody'
  /** From now to the result: ms, or `500ms`, `30s`, `5m`, `1h`. Default 60 s. */
  readonly deadline?: number | string
  /** How long to wait for a peer that offers the skill, same forms. Default 10 s. */
  readonly wait?: number | string
  /** Among the tasks of this agent that wait at one executor; default `normal`. */
  readonly priority?: Priority
  /** The same key is never run twice by one executor. */
  readonly idempotencyKey?: string
  /** Only peers with one of these models behind the skill. */
  readonly models?: readonly string[]
  /** Only peers whose skill has all of these tags. */
  readonly tags?: readonly string[]
  /**
   * When there is no result after this long, a second peer is asked too; the first verified result
   * counts, and the other task is canceled. Refused with `to`; never once chunks come.
   */
  readonly hedge?: number | string
  /**
   * What to do while everybody who could take it is full. `wait`, the default: ask again when they
   * said, as long as the time of the task lasts. `fail`: with `BUSY` or `QUOTA_EXCEEDED` at once.
   */
  readonly onBusy?: 'wait' | 'fail'
  /** Tell with `routed` events who could have got the task, and why each won or lost. */
  readonly explain?: boolean
  readonly budget?: Partial<Omit<Budget, 'wallMs'>>
  /** Shared state of the run: the skill reads it and answers with a patch. */
  readonly state?: JsonObject
  readonly signal?: AbortSignal
  /** W3C traceparent to continue; without it a new trace begins. */
  readonly traceparent?: string
}

/** One line of `peerwork tasks`. */
export interface TaskSummary {
  readonly id: string
  readonly skill: string
  readonly side: 'requester' | 'executor'
  readonly peer: string | null
  readonly state:
    | 'submitted'
    | 'accepted'
    | 'working'
    | 'completed'
    | 'failed'
    | 'canceled'
    | 'rejected'
  readonly code: string | null
  readonly trace: string
  /** ms since 1970 */
  readonly started: number
  readonly wallMs: number | null
}

/** A trace event whose seal was verified. */
export interface ObservedEvent {
  /** Who signed it. */
  readonly from: string
  /** Its name, when its card is known. */
  readonly name: string | null
  readonly event: TraceEvent
  /** Events of this producer that this observer has not seen before this one. */
  readonly missed: number
}

export interface WatchFilter {
  /** Peer id or unique prefix of the producer or of the other end. */
  readonly peer?: string
  readonly task?: string
  readonly trace?: string
  readonly skill?: string
  /** Event types; `task.*` matches all of a family. */
  readonly types?: readonly string[]
  readonly signal?: AbortSignal
}

export interface AgentApi extends MembershipApi {
  info(): Promise<AgentInfo>
  peers(): Promise<readonly Peer[]>
  /** Starts with `joined` for every peer that is there. */
  watchPeers(signal?: AbortSignal): AsyncIterable<PeerEvent>
  submit<Output = JsonValue>(
    skill: string,
    input: unknown,
    options?: SubmitOptions
  ): SubmittedTask<Output>
  run<Output = JsonValue>(
    skill: string,
    input: unknown,
    options?: SubmitOptions
  ): Promise<TaskResult<Output>>
  /** Who would get this task now; nothing is sent. @throws PeerworkError as a task would */
  explain(skill: string, input: unknown, options?: SubmitOptions): Promise<RouteExplanation>
  /** @throws PeerworkError `TASK_UNKNOWN` when no such task is open here */
  cancel(task: string, reason?: string): Promise<void>
  tasks(): Promise<readonly TaskSummary[]>
  /** How it is, by what is known. */
  status(): Promise<AgentStatus>
  /** The same after trying out everything: multicast, ports, a peer's look. Takes seconds. */
  doctor(): Promise<AgentStatus>
  /** Live, verified trace events of every agent in reach, this one included. */
  watch(filter?: WatchFilter): AsyncIterable<ObservedEvent>
}

export interface Agent extends AgentApi, AsyncDisposable {
  readonly id: string
  readonly name: string
  readonly addresses: readonly string[]
  /** The trace logs of everybody in reach, for observers. */
  readonly traces: Traces
  /** Dial a multiaddr. @throws PeerworkError `BAD_ADDRESS`, `DIAL_FAILED`, `WRONG_NETWORK` */
  connect(address: string): Promise<Peer>
  /** Change who may submit, while running. */
  allow(peer: string): void
  disallow(peer: string): void
  /** Who is refused with `NOT_ADMITTED` from now on: each once in a while, a few at once. */
  watchRefused(signal?: AbortSignal): AsyncIterable<RefusedPeer>
  /**
   * Change what can change while running, all of it or nothing.
   * @throws PeerworkError `BAD_OPTION`, or what a new skill failed to load with
   */
  change(changes: AgentChanges): Promise<void>
  /** Finish running tasks (bounded by `graceMs`, default 5 s), tell peers, close. */
  stop(options?: { graceMs?: number }): Promise<void>
}
