/**
 * One task at one peer, from the first frame to the verified result.
 *
 * 1. The request frame leaves; a large input follows on a bulk stream.
 * 2. `accepted`, or `rejected` and the end.
 * 3. Progress, and chunks on a bulk stream, as fast as the owner reads.
 * 4. The result: its seal is by the addressed peer, for us, for exactly this task; its output and
 *    its chunks have the digests it signed; its output fits the schema the peer offered.
 */

import type { Connection } from '@libp2p/interface'
import { fromHex, sameBytes } from '../protocol/canonical.ts'
import {
  INLINE_BYTES_MAX,
  OUTPUT_BYTES_MAX,
  STATE_BYTES_MAX,
  STATE_INLINE_BYTES_MAX
} from '../protocol/constants.ts'
import { fromRecord, PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import type { JsonValue } from '../protocol/json.ts'
import { parseJson } from '../protocol/json.ts'
import { expectResult } from '../protocol/message/result.ts'
import type { Result } from '../protocol/message/result.ts'
import type { Task } from '../protocol/message/task.ts'
import { open } from '../protocol/seal.ts'
import type { Sealed } from '../protocol/seal.ts'
import { clipLabel } from '../protocol/text.ts'
import { checkPatch } from '../tasks/json-patch.ts'
import type { PatchOperation } from '../tasks/skill.ts'
import type { BulkDesk } from './bulk-desk.ts'
import { collectChunks, plausible } from './chunks.ts'
import type { Chunks } from './chunks.ts'
import { receivePayload, sendPayload } from './payloads.ts'
import type { ReplyFrame, Session } from './session.ts'

/** How long after the deadline the executor's own word is waited for, ms. */
const LATE_MS_MAX = 2_000
/** How much longer the payloads of a result may take that came in time, ms. */
const PAYLOAD_MS_MAX = 30_000

/** Made once: a reason of its own would cost a stack trace for every task. */
const OVER = new Error('the task is over')

export interface AttemptOptions {
  readonly task: Sealed<Task>
  readonly id: string
  readonly input: Uint8Array
  readonly state: Uint8Array | undefined
  readonly peer: string
  readonly connection: Connection
  readonly session: Session
  readonly desk: BulkDesk
  readonly now: () => number
  readonly signal: AbortSignal
  /** Says what does not fit the schema of the skill, or undefined. */
  readonly checkOutput: (value: JsonValue) => string | undefined
  readonly on: {
    accepted(ahead: number): void
    progress(body: { fraction?: number; message?: string }): void
    chunk(value: JsonValue): Promise<void>
  }
}

/** A result whose every claim was checked. */
export interface Verified {
  readonly result: Sealed<Result>
  /** Only when completed. */
  readonly value: JsonValue
  readonly patch: readonly PatchOperation[] | undefined
}

/**
 * Run one attempt.
 *
 * @throws PeerworkError the peer's refusal, `PEER_LOST`, `DEADLINE_EXCEEDED`, or what does not fit
 *   in the answer (`SIGNATURE_INVALID`, `RESULT_MISMATCH`, `OUTPUT_INVALID`, …)
 */
export async function attempt(options: AttemptOptions): Promise<Verified> {
  const { id, peer, session, desk, task, signal, on } = options
  const ended = Promise.withResolvers<Extract<ReplyFrame, { kind: 'result' }>>()
  const closing = new AbortController()
  const chunks = collectChunks({ desk, peer, id, show: on.chunk }, closing.signal)
  let accepted = false
  session.listen(id, {
    lost: (error) => ended.reject(error),
    reply(frame) {
      if (frame.kind === 'accepted') {
        // Once is news; a peer that repeats itself is not passed on.
        if (!accepted) on.accepted(frame.ahead)
        accepted = true
      } else if (frame.kind === 'progress') on.progress(progressOf(frame))
      else if (frame.kind === 'rejected') ended.reject(refusal(frame))
      else ended.resolve(frame)
    }
  })
  const sayCancel = (): void => {
    session.send({ kind: 'cancel', id: fromHex(id), reason: reasonOf(signal) })
  }
  signal.addEventListener('abort', sayCancel, { once: true })
  const late = setTimeout(() => {
    session.send({ kind: 'cancel', id: fromHex(id), reason: 'the deadline passed' })
    const wallMs = task.body.budget.wallMs
    ended.reject(
      new PeerworkError('DEADLINE_EXCEEDED', `no result within ${wallMs} ms`, { wallMs })
    )
  }, task.body.budget.wallMs + LATE_MS_MAX)
  // A result can promise an output or chunks that never come, or drip for ever.
  const overdue = Promise.withResolvers<never>()
  const last = setTimeout(
    () => {
      overdue.reject(new PeerworkError('DEADLINE_EXCEEDED', 'the result came, but not all of it'))
    },
    task.body.budget.wallMs + LATE_MS_MAX + PAYLOAD_MS_MAX
  )
  try {
    await sendRequest(options, ended.promise, closing.signal)
    const verified = verify(options, await ended.promise, chunks, closing.signal)
    return await Promise.race([verified, overdue.promise])
  } finally {
    clearTimeout(late)
    clearTimeout(last)
    signal.removeEventListener('abort', sayCancel)
    closing.abort(OVER)
    session.forget(id)
    desk.forget(peer, id, 'chunks', 'output', 'patch')
  }
}

/** Large payloads that are still on their way when `closing` aborts are dropped. */
async function sendRequest(
  options: AttemptOptions,
  ended: Promise<unknown>,
  closing: AbortSignal
): Promise<void> {
  const { id, input, state, task, session, connection, signal } = options
  const binary = fromHex(id)
  // Whatever ends the task also ends the wait below; it must not count as unhandled meanwhile.
  ended.catch(() => undefined)
  const small = input.length <= INLINE_BYTES_MAX
  const light = state === undefined || state.length <= STATE_INLINE_BYTES_MAX
  session.send({
    ...{ kind: 'request', id: binary, task: task.bytes },
    ...(small ? { input } : {}),
    ...(light && state !== undefined ? { state } : {})
  })
  if (small && light) return
  const stop = new AbortController()
  const refused = ended.then(
    () => undefined,
    (error: Error) => stop.abort(error)
  )
  const until = AbortSignal.any([signal, stop.signal, closing])
  const parts = [
    ...(small ? [] : [{ part: 'input', bytes: input } as const]),
    ...(light ? [] : [{ part: 'state', bytes: state } as const])
  ]
  const sending = parts.map(({ part, bytes }) => {
    return sendPayload(connection, { id: binary, part }, bytes, until)
  })
  // A refusal arrives while we still send; then the refusal is the answer, not the broken stream.
  await Promise.race([Promise.all(sending).catch(() => refused), refused])
}

async function verify(
  options: AttemptOptions,
  frame: Extract<ReplyFrame, { kind: 'result' }>,
  chunks: Chunks,
  signal: AbortSignal
): Promise<Verified> {
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
  const done = body.status === 'completed'
  if (streamed && body.status !== 'canceled') {
    // Work that ended by force leaves its stream broken; only completed work must be whole.
    const tally = await chunks.whole().catch((error: unknown) => {
      if (done) throw error
    })
    const { count, bytes } = body.chunks
    const whole = tally?.count === count && tally.bytes === bytes
    if (done && !(whole && sameBytes(tally.digest, body.chunks.digest))) {
      throw new PeerworkError('RESULT_MISMATCH', 'the streamed chunks are not the signed ones')
    }
  }
  const [patch, value] = await Promise.all([
    patchOf(options, body, { inline: frame.patch, signal }),
    done ? outputOf(options, body, { inline: frame.output, signal }) : null
  ])
  return { result: opened.sealed, patch, value }
}

interface Delivery {
  readonly inline: Uint8Array | undefined
  readonly signal: AbortSignal
}

async function outputOf(
  { desk, peer, task, checkOutput }: AttemptOptions,
  { output }: Result,
  { inline, signal }: Delivery
): Promise<JsonValue> {
  if (output === undefined) {
    throw new PeerworkError('RESULT_MISMATCH', 'completed, but without an output')
  }
  const from = { desk, peer, id: task.body.id, signal }
  const arrival = { ...from, part: 'output', bytesMax: OUTPUT_BYTES_MAX } as const
  const bytes = await receivePayload(output, inline, arrival).catch(mismatch)
  const value = parseJson(bytes)
  const fault = checkOutput(value)
  if (fault === undefined) return value
  throw new PeerworkError('OUTPUT_INVALID', `the output breaks the skill's schema: ${fault}`)
}

async function patchOf(
  { desk, peer, task }: AttemptOptions,
  { patch }: Result,
  { inline, signal }: Delivery
): Promise<readonly PatchOperation[] | undefined> {
  if (patch === undefined) return undefined
  const from = { desk, peer, id: task.body.id, signal }
  const arrival = { ...from, part: 'patch', bytesMax: STATE_BYTES_MAX } as const
  const bytes = await receivePayload(patch, inline, arrival).catch(mismatch)
  const operations = parseJson(bytes)
  if (Array.isArray(operations)) return checkPatch(operations)
  throw new PeerworkError('RESULT_MISMATCH', 'the state patch is no list of operations')
}

/** Bytes that are not the signed ones are the executor's fault, and named as such. */
function mismatch(thrown: unknown): never {
  const error = toPeerworkError(thrown)
  if (error.code !== 'MALFORMED') throw error
  throw new PeerworkError('RESULT_MISMATCH', error.message, error.facts)
}

function refusal({ error, retryAfterMs }: Extract<ReplyFrame, { kind: 'rejected' }>) {
  const facts = { ...error.facts, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  return fromRecord({ ...error, facts })
}

function progressOf(frame: Extract<ReplyFrame, { kind: 'progress' }>) {
  const { fraction, message } = frame
  return {
    ...(fraction === undefined ? {} : { fraction }),
    ...(message === undefined ? {} : { message })
  }
}

const reasonOf = (signal: AbortSignal): string => clipLabel(toPeerworkError(signal.reason).message)
