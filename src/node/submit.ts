/**
 * Submitting: find a peer, sign the task for it, follow the attempt, tell the owner and the trace.
 */

import { fromRecord, PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import type { ErrorRecord } from '../protocol/errors.ts'
import type { Identity } from '../protocol/identity.ts'
import type { JsonObject, JsonValue } from '../protocol/json.ts'
import { parseJson } from '../protocol/json.ts'
import { clipLabel } from '../protocol/text.ts'
import type { TracePort, WorkFields } from '../protocol/trace.ts'
import { applyPatch } from '../tasks/json-patch.ts'
import { compileSchema } from '../tasks/schema.ts'
import type { SkillOffer } from '../tasks/work.ts'
import type { SubmitOptions, TaskResult } from './api.ts'
import { attempt } from './attempt.ts'
import type { BulkDesk } from './bulk-desk.ts'
import { choosePeer, pick } from './choose.ts'
import type { Neighbourhood } from './choose.ts'
import type { Clock } from './clock.ts'
import { Deadlines } from './deadlines.ts'
import type { KnownPeer, Peers } from './peers.ts'
import { sealRequest, toRequest } from './request.ts'
import type { Inherited, Request } from './request.ts'
import { Sessions } from './session.ts'
import { TaskHandle } from './task-handle.ts'
import type { TaskTable } from './task-table.ts'
import type { Verified } from './verify.ts'

/** Tasks of this agent that may be open at once, count: each holds its input in memory. */
const OPEN_MAX = 4_096

export interface SubmitterOptions {
  readonly identity: Identity
  readonly network: string
  readonly clock: Clock
  readonly peers: Peers
  readonly desk: BulkDesk
  readonly trace: TracePort
  readonly table: TaskTable
  readonly whyAlone: () => string
  /** A task goes to a peer that the operator did not name, neither for this task nor before. */
  readonly stranger: (peer: KnownPeer, skill: string) => void
}

type Check = (value: JsonValue) => string | undefined

export class Submitter {
  readonly #options: SubmitterOptions
  readonly #sessions = new Sessions()
  readonly #open = new Map<string, TaskHandle>()
  readonly #busyAt = new Map<string, number>()
  /** Checks compiled once per offer; an offer is replaced when the peer's card changes. */
  readonly #checks = new WeakMap<SkillOffer, { input: Check; output: Check }>()

  readonly #deadlines: Deadlines
  readonly #around: Neighbourhood

  constructor(options: SubmitterOptions) {
    this.#options = options
    const { clock, identity, peers, whyAlone } = options
    this.#deadlines = new Deadlines(() => clock.elapsed())
    const busyAt = (peer: string): number => this.#busyAt.get(peer) ?? 0
    this.#around = { self: identity.id, peers, busyAt, whyAlone }
  }

  /** @throws PeerworkError for a request that no peer could take: `INPUT_INVALID`, `BAD_OPTION` */
  submit(
    what: { readonly skill: string; readonly input: unknown; readonly inherited?: Inherited },
    options: SubmitOptions = {}
  ): TaskHandle {
    const request = toRequest(what, options, this.#options.clock)
    if (this.#open.size >= OPEN_MAX) {
      throw new PeerworkError('BUSY', `${OPEN_MAX} tasks are open already`, { open: OPEN_MAX })
    }
    const handle = new TaskHandle(request.id)
    this.#open.set(request.id, handle)
    const { signal } = options
    if (signal === undefined) void this.#drive(request, handle)
    else {
      const onAbort = (): void => void handle.cancel(messageOf(signal.reason))
      if (signal.aborted) onAbort()
      else signal.addEventListener('abort', onAbort, { once: true })
      void this.#drive(request, handle).finally(() => signal.removeEventListener('abort', onAbort))
    }
    return handle
  }

  /** Whether a peer works for us right now. */
  worksFor(peer: string): boolean {
    return this.#busyAt.has(peer)
  }

  /** @throws PeerworkError `NOT_RUNNING` */
  async cancel(task: string, reason?: string): Promise<void> {
    const fits = [...this.#open.keys()].filter((id) => id.startsWith(task))
    const handle = fits.length === 1 ? this.#open.get(fits[0] ?? '') : undefined
    if (handle === undefined) {
      const why = fits.length > 1 ? `${fits.length} open tasks begin with` : 'no open task'
      throw new PeerworkError('NOT_RUNNING', `${why} ${task.slice(0, 40)}`)
    }
    await handle.cancel(reason)
  }

  /** Cancel what is open and end the sessions. */
  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((handle) => handle.cancel('the agent stops')))
    await this.#sessions.close()
  }

  async #drive(request: Request, handle: TaskHandle): Promise<void> {
    const { table, clock } = this.#options
    const { id, skill, trace } = request
    const begin = clock.elapsed()
    handle.push({ type: 'submitted', task: id, skill, trace })
    table.open({ id, skill, trace, side: 'requester', peer: null })
    try {
      // Nothing is signed before `submit` returns: who cancels at once has sent nothing.
      const peer = await (pick(request, this.#around) ?? this.#wait(request, handle))
      if (handle.canceled !== undefined) throw handle.canceled
      const foundMs = clock.elapsed() - begin
      const result = await this.#follow({ request, handle, peer, begin, foundMs })
      table.close(id, 'completed', null)
      handle.end({ type: 'completed', task: id, result })
    } catch (thrown) {
      const error = toPeerworkError(thrown)
      const type = error.code === 'CANCELED' ? 'canceled' : 'failed'
      table.close(id, type, error.code)
      handle.end({ type, task: id, error })
    } finally {
      this.#open.delete(id)
    }
  }

  #wait({ skill, to, trust, waitMs }: Request, handle: TaskHandle): Promise<KnownPeer> {
    return choosePeer({ skill, to, trust, waitMs, signal: handle.signal }, this.#around)
  }

  /** Everything from the chosen peer on; the trace tells each step. */
  async #follow(going: Going): Promise<TaskResult> {
    const { request, handle, peer } = going
    const { trace, table } = this.#options
    const fields = fieldsOf(request, peer.id)
    const { id, skill } = request
    this.#count(peer.id, 1)
    try {
      const check = this.#checkOf(peer, skill)
      const fault = check.input(JSON.parse(textOf(request.input)) as JsonValue)
      if (fault !== undefined) {
        throw new PeerworkError('INPUT_INVALID', `the input does not fit "${skill}": ${fault}`)
      }
      trace.emit({ type: 'task.submitted', ...fields, bytes: request.input.length })
      table.update(id, { peer: peer.id })
      const listed = this.#options.peers.lists(peer.id)
      if (!listed && request.to === undefined) this.#options.stranger(peer, skill)
      handle.push({ type: 'sent', task: id, to: peer.id, name: peer.name, listed })
      return await this.#attempt(going, fields, check.output)
    } catch (thrown) {
      const error = toPeerworkError(thrown)
      const { code, message } = error
      if (code === 'CANCELED') {
        trace.emit({ type: 'task.canceled', ...fields, reason: clipLabel(message) })
      } else trace.emit({ type: 'task.failed', ...fields, code, message })
      throw error
    } finally {
      this.#count(peer.id, -1)
    }
  }

  async #attempt(going: Going, fields: WorkFields, checkOutput: Check): Promise<TaskResult> {
    const { request, handle, peer, begin, foundMs } = going
    const { identity, network, clock, desk, trace, table } = this.#options
    const { id } = request
    const { connection } = peer
    const session =
      this.#sessions.ready(peer.id, connection) ?? (await this.#sessions.to(peer.id, connection))
    if (handle.canceled !== undefined) throw handle.canceled
    const task = sealRequest(request, peer.id, { identity, network, clock })
    let acceptedMs = 0
    const { input, state } = request
    const verified = await attempt({
      task,
      id,
      session,
      desk,
      checkOutput,
      input,
      state,
      connection,
      handle,
      peer: peer.id,
      now: clock.now,
      deadlines: this.#deadlines,
      on: {
        accepted(ahead) {
          acceptedMs = clock.elapsed() - begin - foundMs
          trace.emit({ type: 'task.accepted', ...fields, ahead })
          table.update(id, { state: 'accepted' })
          handle.push({ type: 'accepted', task: id, ahead })
        },
        progress(body) {
          table.update(id, { state: 'working' })
          handle.push({ type: 'progress', task: id, ...body })
        },
        chunk: (value) => handle.pushChunk(value)
      }
    })
    const totalMs = clock.elapsed() - begin
    const workMs = totalMs - foundMs - acceptedMs
    const timing = { findMs: foundMs, acceptMs: acceptedMs, workMs, totalMs }
    return this.#settle(verified, { request, fields, timing })
  }

  /** A verified result becomes a value, or the error it carries. */
  #settle({ result, value, patch }: Verified, about: About): TaskResult {
    const { body } = result
    const { request, fields, timing } = about
    if (body.status !== 'completed') {
      const unsaid = { code: 'INTERNAL', message: 'failed without saying why' } as const
      throw fromRecord((body.error as ErrorRecord | undefined) ?? unsaid)
    }
    const after = changed(request, patch)
    const { usage, chunks, engine, isolation } = body
    const { wallMs, cpuMs, tokens, cost } = usage
    const bytes = (body.output?.bytes ?? 0) + chunks.bytes
    this.#options.trace.emit({
      ...{ type: 'task.completed', ...fields, wallMs, cpuMs, tokens, cost, bytes },
      chunks: chunks.count
    })
    const { id: task, skill, trace } = request
    const replay = body.replay ?? false
    const told = { task, skill, value, by: body.from, trace, usage, isolation, engine, timing }
    return { ...told, chunks: chunks.count, replay, sealed: result.bytes, ...after }
  }

  #checkOf(peer: KnownPeer, skill: string): { input: Check; output: Check } {
    const offer = peer.skills.find(({ name }) => name === skill)
    if (offer === undefined) throw new PeerworkError('SKILL_UNKNOWN', `${skill} is gone`)
    const known = this.#checks.get(offer)
    if (known !== undefined) return known
    const check = {
      input: compileSchema(offer.input),
      output: compileSchema(offer.output)
    }
    this.#checks.set(offer, check)
    return check
  }

  #count(peer: string, change: number): void {
    const now = (this.#busyAt.get(peer) ?? 0) + change
    if (now > 0) this.#busyAt.set(peer, now)
    else this.#busyAt.delete(peer)
  }
}

/**
 * The shared state after the task, when it had one or changed one.
 *
 * @throws PeerworkError `OUTPUT_INVALID` for a patch that does not fit, or outgrows the bounds
 */
function changed(
  { state }: Request,
  patch: Verified['patch']
): Pick<TaskResult, 'patch' | 'state'> {
  const before = state === undefined ? {} : (parseJson(state) as JsonObject)
  if (patch === undefined) return state === undefined ? {} : { state: before }
  try {
    return { patch, state: applyPatch(before, patch) }
  } catch (error) {
    throw new PeerworkError('OUTPUT_INVALID', toPeerworkError(error).message)
  }
}

interface Going {
  readonly request: Request
  readonly handle: TaskHandle
  readonly peer: KnownPeer
  readonly begin: number
  readonly foundMs: number
}

interface About {
  readonly request: Request
  readonly fields: WorkFields
  readonly timing: TaskResult['timing']
}

function fieldsOf(request: Request, peer: string): WorkFields {
  const { trace, span, parentSpan, id: task, skill } = request
  const fields = { trace, span, task, skill, side: 'requester', peer } as const
  return parentSpan === undefined ? fields : { ...fields, parent: parentSpan }
}

const textOf = ({ buffer, byteOffset, length }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, length).toString()

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : 'canceled by the requester'
}
