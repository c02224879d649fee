/**
 * Results: an outcome sealed for the task it answers, and a stored one sealed again for another.
 */

import { decode, digest } from '../protocol/canonical.ts'
import { WIRE_VERSION } from '../protocol/constants.ts'
import type { ErrorRecord, PeerworkError } from '../protocol/errors.ts'
import type { Identity } from '../protocol/identity.ts'
import { NO_USAGE, readResult } from '../protocol/message/result.ts'
import type { Result } from '../protocol/message/result.ts'
import type { Task } from '../protocol/message/task.ts'
import { peek, seal } from '../protocol/seal.ts'
import type { Sealed } from '../protocol/seal.ts'
import type { Outcome } from '../tasks/work.ts'

const EMPTY_DIGEST = digest(new Uint8Array())
const ENGINE = `node-${process.versions.node}`

/** What is known of the run besides the outcome. */
export interface RunFacts {
  readonly started: number
  readonly now: number
  readonly chunks: Result['chunks']
  /** JSON bytes of the state patch. */
  readonly patch: Uint8Array | null
}

export const NO_CHUNKS: Result['chunks'] = { count: 0, bytes: 0, digest: EMPTY_DIGEST }

/** What the result says, before it is signed. */
export function resultOf(task: Sealed<Task>, outcome: Outcome, facts: RunFacts): Result {
  const { started, now, chunks, patch } = facts
  const output =
    outcome.status === 'completed'
      ? { output: payloadOf(outcome.output) }
      : failureOf(outcome.error, outcome.partial)
  return {
    ...addressing(task, now),
    ...{ status: outcome.status, chunks, usage: outcome.usage, isolation: outcome.isolation },
    ...(outcome.parts === undefined ? {} : { parts: outcome.parts }),
    ...{ engine: ENGINE, started, finished: now },
    ...output,
    ...(patch === null ? {} : { patch: payloadOf(patch) })
  }
}

const payloadOf = (bytes: Uint8Array) => ({ digest: digest(bytes), bytes: bytes.length })

function failureOf(error: ErrorRecord, partial: Uint8Array | undefined) {
  return partial === undefined ? { error } : { error, partial: payloadOf(partial) }
}

/** The bytes that travel beside a result as its output: of failed work, what there was of it. */
export function outputOf(outcome: Outcome): Uint8Array | null {
  return (outcome.status === 'completed' ? outcome.output : outcome.partial) ?? null
}

/** The answer to a task that runs no more and whose end nobody knows. */
export function sealInterrupted(
  task: Sealed<Task>,
  now: number,
  identity: Identity
): Sealed<Result> {
  const message = 'the agent restarted while it worked on this; it is not run a second time'
  const error: ErrorRecord = { code: 'INTERRUPTED', message }
  const outcome: Outcome = { status: 'failed', error, usage: NO_USAGE, isolation: 'process' }
  const facts = { started: now, now, chunks: NO_CHUNKS, patch: null }
  return seal('result', resultOf(task, outcome, facts), identity)
}

/** A stored result as the answer to another task that asked for the same work. */
export function sealAgain(
  task: Sealed<Task>,
  stored: Uint8Array,
  now: number,
  identity: Identity
): Sealed<Result> {
  const body = readResult(decode(peek(stored).body))
  return seal('result', { ...body, ...addressing(task, now), replay: true }, identity)
}

/**
 * What ties work to an idempotency key: the same key must mean the same skill, input and state.
 *
 * Skill length (1 byte) | skill | input digest | state digest, if there is one: different work has
 * different bytes, without a digest of its own.
 */
export function workOf({ skill, input, state }: Task): Uint8Array {
  const end = 1 + skill.length
  const stateBytes = state?.digest.length ?? 0
  const work = Buffer.allocUnsafe(end + input.digest.length + stateBytes)
  work[0] = skill.length
  // The names of skills are ASCII.
  work.write(skill, 1, 'latin1')
  work.set(input.digest, end)
  if (state !== undefined) work.set(state.digest, end + input.digest.length)
  return work
}

function addressing({ body, digest: id }: Sealed<Task>, issued: number) {
  const { network, from, to } = body
  return { v: WIRE_VERSION, network, from: to, to: from, issued, id: body.id, task: id }
}

export function refusalOf(error: PeerworkError): { error: ErrorRecord; retryAfterMs?: number } {
  const { code, message, facts } = error
  const { retryAfterMs } = facts
  const record = { error: { code, message, facts } }
  return typeof retryAfterMs === 'number' ? { ...record, retryAfterMs } : record
}
