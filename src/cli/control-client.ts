/** A running agent, asked through its control socket: the same words as in process. */

import type {
  AgentApi,
  AgentInfo,
  SubmitOptions,
  SubmittedTask,
  TaskEvent,
  TaskResult,
  WatchFilter
} from '../node/api.ts'
import { findSocketPath } from '../node/control-path.ts'
import type { ControlRequest, WireResult, WireTaskEvent } from '../node/control-protocol.ts'
import { fromWireResult } from '../node/control-protocol.ts'
import { openHome } from '../node/home.ts'
import { PeerworkError } from '../protocol/errors.ts'
import type { JsonValue } from '../protocol/json.ts'
import type { RouteExplanation } from '../node/routing/told.ts'
import { errorFrom } from '../node/task-failure.ts'
import { ask, askLong, follow } from './control-call.ts'

export interface Running {
  readonly agent: AgentApi
  readonly info: AgentInfo
  /** Let a peer submit to the running agent until the signal. Resolves when it may. */
  admit(peer: string, signal: AbortSignal): Promise<void>
  /** Drop the key of its contents of a trace, or of all. */
  forget(trace?: string): Promise<void>
}

/**
 * The agent that runs with this home, or undefined when none does.
 *
 * @throws PeerworkError `CONTROL_FAILED` when one is there but does not answer, `HOME_UNSAFE` and
 *   `STORE_FAILED` when the home is no directory of ours
 */
export async function connectControl(home: string): Promise<Running | undefined> {
  const path = findSocketPath(home)
  if (path === undefined) return undefined
  try {
    const info = await ask<AgentInfo>(path, { op: 'info' })
    return {
      ...{ agent: controlClient(path), info },
      admit: (peer, signal) => admit(path, peer, signal),
      forget: async (trace) => void (await ask(path, { op: 'forget', ...(trace && { trace }) }))
    }
  } catch (error) {
    if (!(error instanceof PeerworkError)) throw error
    if (error.code === 'NOT_RUNNING') return undefined
    // What is wrong with a home says more than that its socket cannot be opened.
    if (error.code === 'CONTROL_FAILED') openHome(home)
    throw error
  }
}

async function admit(path: string, peer: string, signal: AbortSignal): Promise<void> {
  const held = follow(path, { op: 'admit', peer }, signal)
  await held.next()
  // Reads on until the signal closes the connection; the agent stopping first is told elsewhere.
  held.next().catch(() => undefined)
}

function controlClient(path: string): AgentApi {
  return {
    info: () => ask(path, { op: 'info' }),
    peers: () => ask(path, { op: 'peers' }),
    tasks: () => ask(path, { op: 'tasks' }),
    status: () => ask(path, { op: 'status' }),
    doctor: () => ask(path, { op: 'doctor' }),
    watchPeers: (signal) => follow(path, { op: 'watch-peers' }, signal),
    watch: (filter = {}) => {
      const { signal, ...rest } = filter satisfies WatchFilter
      return follow(path, { op: 'watch', filter: rest }, signal)
    },
    cancel: async (task, reason) => {
      await ask(path, { op: 'cancel', task, ...(reason !== undefined && { reason }) })
    },
    members: () => ask(path, { op: 'members' }),
    invite: (options = {}) => ask(path, { op: 'invite', options }),
    revoke: (member, reason) => {
      return ask(path, { op: 'revoke', member, ...(reason !== undefined && { reason }) })
    },
    announce: (record) => ask(path, { op: 'announce', record }),
    explain: (skill, input, options = {}) => {
      const request = submission('explain', { skill, input, options })
      return askLong<RouteExplanation>(path, request, options.signal)
    },
    run: async <Output>(skill: string, input: unknown, options: SubmitOptions = {}) => {
      const request = submission('run', { skill, input, options })
      const result = await askLong<WireResult>(path, request, options.signal)
      return fromWireResult(result) as TaskResult<Output>
    },
    submit: <Output>(skill: string, input: unknown, options: SubmitOptions = {}) => {
      const request = submission('submit', { skill, input, options })
      return new RemoteTask(path, request, options.signal) as unknown as SubmittedTask<Output>
    }
  }
}

interface Submission {
  readonly skill: string
  readonly input: unknown
  readonly options: SubmitOptions
}

function submission(
  op: 'submit' | 'run' | 'explain',
  { skill, input, options }: Submission
): ControlRequest {
  const { signal: _signal, ...rest } = options
  return { op, skill, input: input as JsonValue, options: rest }
}

/**
 * A task submitted by the running agent on our behalf. Its events come once: iterate it, or await
 * `result`, which then drops chunks. Our process ending cancels it.
 */
class RemoteTask implements SubmittedTask {
  /** Empty until the `submitted` event came: the agent chooses it. */
  id = ''
  readonly #path: string
  readonly #events: AsyncGenerator<TaskEvent, void, void>
  readonly #ended = Promise.withResolvers<TaskResult>()
  #taken = false

  constructor(path: string, request: ControlRequest, signal: AbortSignal | undefined) {
    this.#path = path
    this.#events = this.#read(follow<WireTaskEvent>(path, request, signal))
    this.#ended.promise.catch(() => undefined)
  }

  get result(): Promise<TaskResult> {
    if (!this.#taken) void this.#drop()
    return this.#ended.promise
  }

  [Symbol.asyncIterator](): AsyncIterator<TaskEvent, void, void> {
    this.#taken = true
    return this.#events
  }

  async cancel(reason?: string): Promise<void> {
    if (this.id === '') {
      await this.#events.return()
      return
    }
    const why = reason === undefined ? {} : { reason }
    await ask(this.#path, { op: 'cancel', task: this.id, ...why })
    await this.result.catch(() => undefined)
  }

  async #drop(): Promise<void> {
    this.#taken = true
    try {
      while ((await this.#events.next()).done !== true);
    } catch {
      // Told through `result`.
    }
  }

  async *#read(events: AsyncIterable<WireTaskEvent>): AsyncGenerator<TaskEvent, void, void> {
    try {
      for await (const wire of events) {
        const event = this.#note(wire)
        yield event
      }
    } catch (error) {
      this.#ended.reject(error)
      throw error
    } finally {
      this.#ended.reject(new PeerworkError('CANCELED', 'nobody waits for this task any more'))
    }
  }

  #note(wire: WireTaskEvent): TaskEvent {
    this.id = wire.task
    if (wire.type === 'completed') {
      const result = fromWireResult(wire.result)
      this.#ended.resolve(result)
      return { ...wire, result }
    }
    if (wire.type === 'failed' || wire.type === 'canceled') {
      const error = errorFrom(wire.error)
      this.#ended.reject(error)
      return { ...wire, error }
    }
    return wire
  }
}
