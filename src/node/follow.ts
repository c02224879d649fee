/** One task at one chosen peer, followed from its seal to its value; the trace tells each step. */

import { INLINE_BYTES_MAX } from '../protocol/constants.ts'
import type { ErrorRecord } from '../protocol/errors.ts'
import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import type { Identity } from '../protocol/identity.ts'
import type { JsonObject, JsonValue } from '../protocol/json.ts'
import { parseJson } from '../protocol/json.ts'
import { clipLabel } from '../protocol/text.ts'
import { SharedFields } from '../protocol/trace.ts'
import type { TracePort } from '../protocol/trace.ts'
import { applyPatch } from '../tasks/json-patch.ts'
import type { TaskResult } from './api.ts'
import { attempt } from './attempt.ts'
import type { BulkDesk } from './bulk-desk.ts'
import type { Clock } from './clock.ts'
import { Deadlines } from './deadlines.ts'
import type { KnownPeer, Peers } from './peers.ts'
import { sealRequest } from './request.ts'
import type { Request } from './request.ts'
import type { Acquaintances } from './routing/acquaintance.ts'
import type { Candidate } from './routing/candidates.ts'
import type { Leg } from './routing/hedge.ts'
import { isClosed } from './routing/failover.ts'
import { endingOf } from './routing/history.ts'
import type { History } from './routing/history.ts'
import { routedFact } from './routing/routed.ts'
import type { Sealer } from './sealer.ts'
import type { SkillChecks } from './skill-checks.ts'
import { Sessions } from './session.ts'
import type { Session } from './session.ts'
import { TaskFailure } from './task-failure.ts'
import type { TaskTable } from './task-table.ts'
import type { Verified } from './verify.ts'

export interface FollowerOptions {
  readonly identity: Identity
  readonly sealer: Sealer
  readonly network: string
  readonly clock: Clock
  readonly peers: Peers
  readonly desk: BulkDesk
  readonly trace: TracePort
  readonly table: TaskTable
  /** A task goes to a peer that the operator did not name, neither for this task nor before. */
  readonly stranger: (peer: KnownPeer, skill: string) => void
}

/** What the follower learns and what it learned before. */
export interface Knowledge {
  readonly checks: SkillChecks
  readonly acquaintances: Acquaintances
  readonly history: History
}

/** A task on its way to one peer. */
export interface Going {
  readonly request: Request
  readonly leg: Leg
  readonly peer: KnownPeer
  /** When it was submitted, and how long the way to this peer took, ms. */
  readonly begin: number
  readonly foundMs: number
  /** From 1. */
  readonly attempt: number
  /** What the peer before ended with; undefined for the first. */
  readonly after: string | undefined
  /** Whether this peer has had it before. */
  readonly again: boolean
  readonly among: readonly Candidate[]
  /** How long the peer may take to accept; undefined when there is nobody else to ask. */
  readonly acceptMs: number | undefined
}

export class Follower {
  readonly #options: FollowerOptions
  readonly #knowledge: Knowledge
  readonly #sessions = new Sessions()
  readonly #deadlines: Deadlines

  constructor(options: FollowerOptions, knowledge: Knowledge) {
    this.#options = options
    this.#knowledge = knowledge
    const { clock } = options
    this.#deadlines = new Deadlines(() => clock.elapsed())
  }

  /** @throws PeerworkError what the attempt ended with; a `TaskFailure` when the peer signed it */
  async follow(going: Going): Promise<TaskResult> {
    const { request, leg, peer } = going
    const { trace } = this.#options
    const { acquaintances, history, checks } = this.#knowledge
    const fields = fieldsOf(request, peer.id)
    acquaintances.count(peer.id, 1)
    let sent = false
    try {
      const check = checks.of(peer, request.skill)
      const fault = checks.fault(peer, request)
      if (fault !== undefined) {
        const message = `the input does not fit "${request.skill}": ${fault}`
        throw new PeerworkError('INPUT_INVALID', message)
      }
      this.#tellSent(going, fields)
      sent = true
      const result = await this.#attempt(going, fields, check.output)
      history.note(peer.id, 'done')
      return result
    } catch (thrown) {
      const error = errorOf(thrown, leg)
      const { code, message, facts } = error
      const ending = sent && leg.canceled === undefined ? endingOf(code) : undefined
      // That it is full was noted when it said so first.
      const noted = going.again && ending === 'busy'
      if (ending !== undefined && !noted) history.note(peer.id, ending)
      const full = code === 'BUSY' || code === 'QUOTA_EXCEEDED'
      if (full) acquaintances.rest(peer.id, facts['retryAfterMs'])
      else if (isClosed(code)) acquaintances.rest(peer.id, Infinity)
      if (code === 'CANCELED') {
        trace.emit({ type: 'task.canceled', reason: clipLabel(message) }, fields)
      } else trace.emit({ type: 'task.failed', code, message }, fields)
      throw error
    } finally {
      acquaintances.count(peer.id, -1)
    }
  }

  close(): Promise<void> {
    return this.#sessions.close()
  }

  #tellSent(going: Going, fields: SharedFields): void {
    const { request, leg, peer, attempt: nth, after, again, among } = going
    const { trace, table, peers, stranger } = this.#options
    const { id, skill } = request
    if (among.length > 1 || nth > 1) {
      trace.emit(routedFact(peer, { among, attempt: nth, after }), fields)
    }
    trace.emit({ type: 'task.submitted', bytes: request.input.length }, fields)
    table.update(id, { peer: peer.id })
    const listed = peers.lists(peer.id)
    if (!listed && request.to === undefined) stranger(peer, skill)
    const { link } = peer
    const sent = { type: 'sent', task: id, to: peer.id, name: peer.name, listed, link } as const
    leg.push({
      ...{ ...sent, attempt: nth },
      ...(after === undefined ? {} : { after }),
      ...(again ? { again } : {})
    })
  }

  async #attempt(
    going: Going,
    fields: SharedFields,
    checkOutput: (value: JsonValue) => string | undefined
  ): Promise<TaskResult> {
    const { request, leg, peer, begin, foundMs, acceptMs } = going
    const { desk, clock, trace, table } = this.#options
    const { acquaintances } = this.#knowledge
    const { id } = request
    const { connection } = peer
    const ready = this.#sessions.ready(peer.id, connection)
    const session = ready ?? (await this.#opened(going))
    if (leg.canceled !== undefined) throw leg.canceled
    const task = await sealRequest(request, peer.id, this.#options)
    // Both may have come about while it waited for its signature.
    if (leg.canceled !== undefined) throw leg.canceled
    if (session.closed) throw new PeerworkError('PEER_LOST', 'the peer went away')
    let acceptedMs = 0
    const { input, state } = request
    const verified = await attempt({
      ...{ task, id, session, desk, checkOutput, input, state, connection, acceptMs },
      handle: leg,
      peer: peer.id,
      now: clock.now,
      deadlines: this.#deadlines,
      on: {
        accepted(ahead) {
          acceptedMs = clock.elapsed() - begin - foundMs
          // Opening a session takes a round trip or two more, and a large input its own time.
          const pure = ready !== undefined && input.length <= INLINE_BYTES_MAX
          if (pure) acquaintances.measured(peer.id, acceptedMs)
          trace.emit({ type: 'task.accepted', ahead }, fields)
          table.update(id, { state: 'accepted' })
          leg.push({ type: 'accepted', task: id, ahead })
        },
        progress(body) {
          table.update(id, { state: 'working' })
          leg.push({ type: 'progress', task: id, ...body })
        },
        chunk: (value) => leg.pushChunk(value)
      }
    })
    const { usage, parts } = verified.result.body
    leg.spend(usage)
    if (parts !== undefined) leg.spend(parts)
    const totalMs = clock.elapsed() - begin
    const workMs = totalMs - foundMs - acceptedMs
    const timing = { findMs: foundMs, acceptMs: acceptedMs, workMs, totalMs }
    return this.#settle(verified, { going, fields, timing })
  }

  /** A session in the time to accept: a peer that hangs must not take that of the next. */
  #opened({ request, leg, peer, acceptMs }: Going): Promise<Session> {
    const ms = acceptMs ?? request.budget.wallMs
    const late = Promise.withResolvers<never>()
    const deadline = this.#deadlines.set(ms, () => {
      late.reject(new PeerworkError('DEADLINE_EXCEEDED', `no session within ${ms} ms`, { ms }))
    })
    leg.onCancel = (reason) => late.reject(reason)
    const session = this.#sessions.to(peer.id, peer.connection)
    return Promise.race([session, late.promise]).finally(() => this.#deadlines.clear(deadline))
  }

  /** A verified result becomes a value, or the error it carries. */
  #settle(verified: Verified, { going, fields, timing }: About): TaskResult {
    const { result, value, patch } = verified
    const { body } = result
    const { request, attempt: attempts } = going
    if (body.status !== 'completed') throw failureOf(verified, request.id)
    const after = changed(request, patch)
    const { usage, chunks, engine, isolation } = body
    const { wallMs, cpuMs, tokens, cost } = usage
    const bytes = (body.output?.bytes ?? 0) + chunks.bytes
    const used = { wallMs, cpuMs, tokens, cost, bytes, chunks: chunks.count }
    this.#options.trace.emit({ type: 'task.completed', ...used }, fields)
    const { id: task, skill, trace } = request
    const replay = body.replay ?? false
    const told = { task, skill, value, by: body.from, trace, usage, isolation, engine, timing }
    return { ...told, chunks: chunks.count, replay, attempts, sealed: result.bytes, ...after }
  }
}

interface About {
  readonly going: Going
  readonly fields: SharedFields
  readonly timing: TaskResult['timing']
}

/** Streams that break behind a cancel are its doing, and no loss. */
function errorOf(thrown: unknown, { canceled }: Leg): PeerworkError {
  const error = toPeerworkError(thrown)
  return error.code === 'PEER_LOST' ? (canceled ?? error) : error
}

function failureOf({ result, partial }: Verified, task: string): TaskFailure {
  const { error, from: by, usage, chunks } = result.body
  const unsaid = { code: 'INTERNAL', message: 'failed without saying why' } as const
  const record = (error as ErrorRecord | undefined) ?? unsaid
  const { bytes: sealed } = result
  return new TaskFailure(record, { task, by, usage, chunks: chunks.count, partial, sealed })
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

function fieldsOf(request: Request, peer: string): SharedFields {
  const { trace, span, parentSpan, id: task, skill } = request
  const fields = { trace, span, task, skill, side: 'requester', peer } as const
  const parent = parentSpan === undefined ? {} : { parent: parentSpan }
  return new SharedFields({ ...fields, ...parent })
}
