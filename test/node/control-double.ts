/** An agent of the seam only: for tests of the control socket, where no network is needed. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type {
  AgentInfo,
  AgentStatus,
  ObservedEvent,
  Peer,
  PeerEvent,
  SubmitOptions,
  TaskEvent
} from '../../src/node/api.ts'
import type { SubmittedTask, TaskResult, TaskSummary } from '../../src/node/api.ts'
import type { Controlled } from '../../src/node/control-answer.ts'
import type { Invitation, InviteOptions, Member } from '../../src/node/membership/api.ts'
import type { Revoked } from '../../src/node/membership/api.ts'
import type { RouteExplanation } from '../../src/node/routing/told.ts'
import { PeerworkError } from '../../src/protocol/errors.ts'
import { identityFromSeed } from '../../src/protocol/identity.ts'
import type { JsonValue } from '../../src/protocol/json.ts'

export const ALICE = identityFromSeed(new Uint8Array(32).fill(1)).id
export const BOB = identityFromSeed(new Uint8Array(32).fill(2)).id
export const TASK = '0123456789abcdef0123456789abcdef'
export const TRACE = 'fedcba9876543210fedcba9876543210'

export function privateHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'peerwork-control-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  return home
}

export const INFO: AgentInfo = {
  id: ALICE,
  name: 'alice',
  network: 'test',
  version: '0.0.0',
  addresses: [`/ip4/127.0.0.1/tcp/4001/p2p/${ALICE}`],
  home: null,
  pid: 42,
  started: 0,
  isolation: 'process',
  load: { running: 0, queued: 0, capacity: 2 },
  admits: 'nobody',
  skills: []
}

export const STATUS: AgentStatus = {
  ...{ state: 'ok', info: INFO, peers: 0, links: [], alone: 'x', findings: [] }
}

export const PEER: Peer = {
  id: BOB,
  name: 'bob',
  version: '0.0.0',
  addresses: [`/ip4/127.0.0.1/tcp/4002/p2p/${BOB}`],
  via: 'bootstrap',
  link: 'direct',
  skills: [
    {
      name: 'shout',
      description: 'Say it louder.',
      input: {
        type: 'object',
        properties: { text: { type: 'string' } },
        required: ['text']
      },
      output: { type: 'string' },
      tags: ['text'],
      models: []
    }
  ],
  isolation: 'os',
  load: { running: 1, queued: 2, capacity: 4 },
  since: 0
}

export const RESULT: TaskResult = {
  task: TASK,
  skill: 'shout',
  value: 'HELLO',
  by: BOB,
  trace: TRACE,
  usage: { wallMs: 1, cpuMs: 1, peakRssBytes: 1, tokens: 0, cost: 0 },
  isolation: 'os',
  engine: 'node-26',
  chunks: 1,
  timing: { findMs: 1, acceptMs: 2, workMs: 3, totalMs: 6 },
  replay: false,
  attempts: 1,
  sealed: Uint8Array.of(1, 2, 3)
}

export const MEMBER: Member = {
  id: BOB,
  name: 'bob',
  roles: ['submit', 'execute', 'observe'],
  state: 'member',
  issued: 0,
  expires: 1_000,
  by: ALICE,
  lastSeen: 500,
  connected: true,
  self: false
}

export const INVITATION: Invitation = {
  link: 'peerwork:join/abc',
  network: 'lab.0123456789abcdef',
  roles: ['submit', 'execute', 'observe'],
  uses: 1,
  expires: 1_000,
  addresses: INFO.addresses
}

/** Records what it was asked; `submit` of the skill `hang` ends only by being canceled. */
export class ControlDouble implements Controlled {
  readonly asked: unknown[] = []
  readonly allowed = new Set<string>()
  /** Resolves when the hanging task or stream was ended from the other side. */
  readonly ended = Promise.withResolvers<string>()
  /** Events produced so far by `watch`. */
  produced = 0

  info = (): Promise<AgentInfo> => Promise.resolve(INFO)
  peers = (): Promise<readonly Peer[]> => Promise.resolve([PEER])
  tasks = (): Promise<readonly TaskSummary[]> => Promise.resolve([])
  status = (): Promise<AgentStatus> => Promise.resolve(STATUS)
  doctor = (): Promise<AgentStatus> => Promise.resolve({ ...STATUS, peers: 1 })
  admit = (guest: string): (() => void) => {
    this.allowed.add(guest)
    return () => void this.allowed.delete(guest)
  }

  forgetContents = (trace?: string): void => void this.asked.push(['forget', trace])

  members = (): Promise<readonly Member[]> => Promise.resolve([MEMBER])
  invite = (options: InviteOptions = {}): Promise<Invitation> => {
    this.asked.push(['invite', options])
    return Promise.resolve(INVITATION)
  }
  revoke = (member: string, reason?: string): Promise<Revoked> => {
    this.asked.push(['revoke', member, reason])
    return Promise.resolve({ id: BOB, name: 'bob', told: 1 })
  }
  announce = (record: string): Promise<{ told: number }> => {
    this.asked.push(['announce', record])
    return Promise.resolve({ told: 2 })
  }

  cancel(task: string, reason?: string): Promise<void> {
    this.asked.push(['cancel', task, reason])
    if (task === TASK) return Promise.resolve()
    return Promise.reject(new PeerworkError('TASK_UNKNOWN', `no open task ${task}`, { task }))
  }

  async *watchPeers(signal?: AbortSignal): AsyncGenerator<PeerEvent, void, void> {
    yield { type: 'joined', peer: PEER }
    await this.#hold(signal)
  }

  async *watch(filter: { signal?: AbortSignal } = {}): AsyncGenerator<ObservedEvent, void, void> {
    const { signal, ...rest } = filter
    const gone = (): boolean => signal?.aborted === true
    this.asked.push(['watch', rest])
    try {
      while (!gone()) {
        const event = { type: 'agent.started', seq: this.produced++, at: 0, name: 'x' } as const
        yield { from: BOB, name: 'bob', event: { ...event, name: 'x'.repeat(1000) }, missed: 0 }
        await new Promise((resolve) => setImmediate(resolve))
      }
    } finally {
      this.ended.resolve('watch')
    }
  }

  explain(skill: string, input: unknown, options: SubmitOptions = {}): Promise<RouteExplanation> {
    const { signal: _signal, ...rest } = options
    this.asked.push(['explain', skill, input, rest])
    return Promise.resolve({ skill, chosen: BOB, candidates: [], others: 2 })
  }

  run<Output = JsonValue>(): Promise<TaskResult<Output>> {
    return Promise.resolve(RESULT as TaskResult<Output>)
  }

  submit<Output = JsonValue>(
    skill: string,
    input: unknown,
    options: { signal?: AbortSignal } = {}
  ): SubmittedTask<Output> {
    const { signal, ...rest } = options
    this.asked.push(['submit', skill, input, rest])
    const events = this.#life(skill, signal)
    return {
      id: TASK,
      result: Promise.resolve(RESULT as TaskResult<Output>),
      cancel: () => Promise.resolve(),
      [Symbol.asyncIterator]: () => events as AsyncGenerator<TaskEvent<Output>, void, void>
    }
  }

  async *#life(skill: string, signal?: AbortSignal): AsyncGenerator<TaskEvent, void, void> {
    yield { type: 'submitted', task: TASK, skill, trace: TRACE }
    if (skill === 'hang') await this.#hold(signal)
    if (skill === 'fail') {
      const error = new PeerworkError('SKILL_FAILED', 'it threw', { line: 3 })
      yield { type: 'failed', task: TASK, error }
      return
    }
    yield { type: 'chunk', task: TASK, value: 'HEL' }
    yield { type: 'completed', task: TASK, result: RESULT }
  }

  async #hold(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted !== true) {
      await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }))
    }
    this.ended.resolve('hold')
  }
}
