/**
 * A result frame becomes a result whose every claim was checked: its seal is by the addressed peer,
 * for us, for exactly this task; its output and its chunks have the digests it signed; its output
 * fits the schema the peer offered.
 */

import { sameBytes } from '../protocol/canonical.ts'
import { OUTPUT_BYTES_MAX, STATE_BYTES_MAX } from '../protocol/constants.ts'
import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import type { JsonValue } from '../protocol/json.ts'
import { parseJson } from '../protocol/json.ts'
import { expectResult } from '../protocol/message/result.ts'
import type { Result } from '../protocol/message/result.ts'
import type { Payload, Task } from '../protocol/message/task.ts'
import { open } from '../protocol/seal.ts'
import type { Sealed } from '../protocol/seal.ts'
import { checkPatch } from '../tasks/json-patch.ts'
import type { PatchOperation } from '../tasks/skill.ts'
import type { BulkDesk } from './bulk-desk.ts'
import { plausible } from './chunks.ts'
import type { Chunks } from './chunks.ts'
import { takePayload } from './payloads.ts'
import type { ReplyFrame } from './session.ts'

export type ResultFrame = Extract<ReplyFrame, { kind: 'result' }>

/** What the result has to fit. */
export interface Expected {
  readonly task: Sealed<Task>
  readonly peer: string
  readonly desk: BulkDesk
  readonly now: () => number
  /** Says what does not fit the schema of the skill, or undefined. */
  readonly checkOutput: (value: JsonValue) => string | undefined
}

/** A result whose every claim was checked. */
export interface Verified {
  readonly result: Sealed<Result>
  /** Only when completed. */
  readonly value: JsonValue
  readonly patch: readonly PatchOperation[] | undefined
  /** What there was of work whose time or budget ran out; checked against no schema. */
  readonly partial: JsonValue | undefined
}

export interface Arriving {
  readonly chunks: Chunks
  /** Aborts when the task is over; asked for when something has to be fetched. */
  readonly closed: () => AbortSignal
}

/**
 * At once when everything is here, which saves the usual task a dozen turns of promises.
 *
 * @throws PeerworkError what does not fit, at once or through the promise
 */
export function verify(
  options: Expected,
  frame: ResultFrame,
  { chunks, closed }: Arriving
): Verified | Promise<Verified> {
  const { task, peer, now } = options
  const context = { network: task.body.network, self: task.body.from, sender: peer, now: now() }
  const opened = open(frame.result, expectResult(context))
  if (!opened.ok) throw opened.error
  const { body } = opened.sealed
  if (!sameBytes(body.task, task.digest) || !sameBytes(body.id, task.body.id)) {
    throw new PeerworkError('RESULT_MISMATCH', 'the result answers another task')
  }
  if (!plausible(body.chunks)) {
    throw new PeerworkError('RESULT_MISMATCH', 'the result signs chunks that no task can have')
  }
  const streamed = body.chunks.count > 0 && body.replay !== true
  // From here on: chunks may come at any time, also while the output is still on its way.
  chunks.limit(streamed ? body.chunks.count : 0)
  const rest = (): Verified | Promise<Verified> => complete(options, opened.sealed, frame, closed)
  // Work that ended by force leaves its stream broken; only completed work must be whole.
  return streamed && body.status !== 'canceled' ? checkChunks(body, chunks).then(rest) : rest()
}

async function checkChunks(body: Result, chunks: Chunks): Promise<void> {
  const done = body.status === 'completed'
  const tally = await chunks.whole().catch((error: unknown) => {
    if (done) throw error
  })
  const { count, bytes, digest } = body.chunks
  const whole = tally?.count === count && tally.bytes === bytes
  if (done && !(whole && sameBytes(tally.digest, digest))) {
    throw new PeerworkError('RESULT_MISMATCH', 'the streamed chunks are not the signed ones')
  }
}

/** The payloads that the result signs. */
function complete(
  options: Expected,
  result: Sealed<Result>,
  frame: ResultFrame,
  closed: () => AbortSignal
): Verified | Promise<Verified> {
  const { body } = result
  const done = body.status === 'completed'
  if (done && body.output === undefined) {
    throw new PeerworkError('RESULT_MISMATCH', 'completed, but without an output')
  }
  const { desk, peer } = options
  const from = { desk, peer, id: body.id, closed }
  const output = take(done ? body.output : body.partial, frame.output, {
    ...{ ...from, part: 'output', bytesMax: OUTPUT_BYTES_MAX }
  })
  const patch = take(body.patch, frame.patch, {
    ...{ ...from, part: 'patch', bytesMax: STATE_BYTES_MAX }
  })
  const read = ([outputBytes, patchBytes]: readonly (Uint8Array | undefined)[]): Verified => ({
    result,
    value: outputBytes === undefined || !done ? null : valueOf(outputBytes, options.checkOutput),
    partial: outputBytes === undefined || done ? undefined : parseJson(outputBytes),
    patch: patchBytes === undefined ? undefined : operationsOf(patchBytes)
  })
  const waits = output instanceof Promise || patch instanceof Promise
  return waits ? Promise.all([output, patch]).then(read) : read([output, patch])
}

interface Origin {
  readonly desk: BulkDesk
  readonly peer: string
  readonly id: Uint8Array
  readonly part: 'output' | 'patch'
  readonly bytesMax: number
  readonly closed: () => AbortSignal
}

/** A payload that was announced. What is not the signed one is the executor's fault. */
function take(
  announced: Payload | undefined,
  inline: Uint8Array | undefined,
  { closed, ...origin }: Origin
): Uint8Array | Promise<Uint8Array> | undefined {
  if (announced === undefined) return undefined
  try {
    const arrival = inline === undefined ? { ...origin, signal: closed() } : origin
    const bytes = takePayload(announced, inline, arrival)
    if (bytes instanceof Uint8Array) return bytes
    const fetched = bytes.catch(mismatch)
    // The other payload may already be wrong; then nobody waits for this one.
    fetched.catch(() => undefined)
    return fetched
  } catch (thrown) {
    return mismatch(thrown)
  }
}

function mismatch(thrown: unknown): never {
  const error = toPeerworkError(thrown)
  if (error.code !== 'MALFORMED') throw error
  throw new PeerworkError('RESULT_MISMATCH', error.message, error.facts)
}

function valueOf(bytes: Uint8Array, check: Expected['checkOutput']): JsonValue {
  const value = parseJson(bytes)
  const fault = check(value)
  if (fault === undefined) return value
  throw new PeerworkError('OUTPUT_INVALID', `the output breaks the skill's schema: ${fault}`)
}

function operationsOf(bytes: Uint8Array): readonly PatchOperation[] {
  const operations = parseJson(bytes)
  if (Array.isArray(operations)) return checkPatch(operations)
  throw new PeerworkError('RESULT_MISMATCH', 'the state patch is no list of operations')
}
