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
import { INLINE_BYTES_MAX, STATE_INLINE_BYTES_MAX } from '../protocol/constants.ts'
import { fromRecord, PeerworkError } from '../protocol/errors.ts'
import type { JsonValue } from '../protocol/json.ts'
import { clipLabel } from '../protocol/text.ts'
import { Chunks } from './chunks.ts'
import type { Deadline, Deadlines } from './deadlines.ts'
import { mustPass, sendPayload } from './payloads.ts'
import type { ReplyFrame, Session } from './session.ts'
import type { TaskHandle } from './task-handle.ts'
import { verify } from './verify.ts'
import type { Expected, ResultFrame, Verified } from './verify.ts'

/** How long after the deadline the executor's own word is waited for, ms. */
const LATE_MS_MAX = 2_000
/** How long after a cancel the executor's own word is waited for, ms. */
const CANCEL_MS_MAX = 2_000
/** How much longer the payloads of a result may take that came in time, ms. */
const PAYLOAD_MS_MAX = 30_000

/** Made once: a reason of its own would cost a stack trace for every task. */
const OVER = new Error('the task is over')

export interface AttemptOptions extends Expected {
  readonly id: string
  readonly input: Uint8Array
  readonly state: Uint8Array | undefined
  readonly connection: Connection
  readonly session: Session
  readonly deadlines: Deadlines
  /** How long the peer may take to say whether it takes the task, ms; not given: all its time. */
  readonly acceptMs: number | undefined
  /** Says when somebody cancels; not canceled yet. */
  readonly handle: Pick<TaskHandle, 'signal' | 'onCancel'>
  readonly on: {
    accepted(ahead: number): void
    progress(body: { fraction?: number; message?: string }): void
    chunk(value: JsonValue): Promise<void>
  }
}

/**
 * Run one attempt.
 *
 * @throws PeerworkError the peer's refusal, `PEER_LOST`, `DEADLINE_EXCEEDED`, or what does not fit
 *   in the answer (`SIGNATURE_INVALID`, `RESULT_MISMATCH`, `OUTPUT_INVALID`, …)
 */
export async function attempt(options: AttemptOptions): Promise<Verified> {
  const { id, peer, session, desk, task, handle, deadlines, on } = options
  const ended = Promise.withResolvers<ResultFrame>()
  const chunks = new Chunks({ desk, peer, id, show: on.chunk })
  // Made when something has to be fetched or sent besides the frames; mostly, nothing has.
  let closing: AbortController | undefined
  let last: Deadline | undefined
  const closed = (): AbortSignal => (closing ??= new AbortController()).signal
  const heard = patience(options, ended)
  listen(options, ended, heard)
  handle.onCancel = (reason) => {
    session.send({ kind: 'cancel', id: task.body.id, reason: clipLabel(reason.message) })
    last ??= deadlines.set(CANCEL_MS_MAX, () => ended.reject(reason))
  }
  const { wallMs } = task.body.budget
  const late = deadlines.set(wallMs + LATE_MS_MAX, () => {
    session.send({ kind: 'cancel', id: task.body.id, reason: 'the deadline passed' })
    ended.reject(
      new PeerworkError('DEADLINE_EXCEEDED', `no result within ${wallMs} ms`, { wallMs })
    )
  })
  try {
    if (sendFrame(options)) await sendLarge(options, ended.promise, closed())
    const verified = verify(options, await ended.promise, { chunks, closed })
    if (!(verified instanceof Promise)) return verified
    // A result can promise an output or chunks that never come, or drip for ever.
    const overdue = Promise.withResolvers<never>()
    deadlines.clear(last)
    last = deadlines.setAfter(late, PAYLOAD_MS_MAX, () => {
      overdue.reject(new PeerworkError('DEADLINE_EXCEEDED', 'the result came, but not all of it'))
    })
    return await Promise.race([verified, overdue.promise])
  } finally {
    deadlines.clear(late)
    deadlines.clear(last)
    heard?.()
    handle.onCancel = () => undefined
    session.forget(id)
    chunks.close()
    closing?.abort(OVER)
    if (last !== undefined) desk.forget(peer, id, 'output', 'patch')
  }
}

/** Give up on a peer that does not say whether it takes the task. Call the answer when it did. */
function patience(
  { acceptMs, deadlines, session, task }: AttemptOptions,
  ended: PromiseWithResolvers<ResultFrame>
): (() => void) | undefined {
  if (acceptMs === undefined) return undefined
  const deadline = deadlines.set(acceptMs, () => {
    session.send({ kind: 'cancel', id: task.body.id, reason: 'not accepted in time' })
    const facts = { acceptMs }
    ended.reject(
      new PeerworkError('DEADLINE_EXCEEDED', `not accepted within ${acceptMs} ms`, facts)
    )
  })
  return () => deadlines.clear(deadline)
}

/** Pass on what the peer says, and end with its result or its refusal. */
function listen(
  { session, id, on }: AttemptOptions,
  ended: PromiseWithResolvers<ResultFrame>,
  heard: (() => void) | undefined
): void {
  let accepted = false
  session.listen(id, {
    lost: (error) => ended.reject(error),
    reply(frame) {
      heard?.()
      if (frame.kind === 'result') ended.resolve(frame)
      else if (frame.kind === 'accepted') {
        // Once is news; a peer that repeats itself is not passed on.
        if (!accepted) on.accepted(frame.ahead)
        accepted = true
      } else if (frame.kind === 'progress') on.progress(progressOf(frame))
      else ended.reject(refusal(frame))
    }
  })
}

const fits = ({ input }: AttemptOptions): boolean => input.length <= INLINE_BYTES_MAX
const isLight = ({ state }: AttemptOptions): boolean =>
  state === undefined || state.length <= STATE_INLINE_BYTES_MAX

/**
 * Send the request with what fits into it; true when there is more.
 *
 * @throws PeerworkError `RELAY_LIMIT`
 */
function sendFrame(options: AttemptOptions): boolean {
  const { input, state, task, connection, session } = options
  const { id } = task.body
  const small = fits(options)
  const light = isLight(options)
  if (small && state === undefined) {
    session.send({ kind: 'request', id, task: task.bytes, input })
    return false
  }
  mustPass(connection, input.length + (state?.length ?? 0))
  session.send({
    ...{ kind: 'request', id, task: task.bytes },
    ...(small ? { input } : {}),
    ...(light && state !== undefined ? { state } : {})
  })
  return !(small && light)
}

/** Large payloads that are still on their way when `closing` aborts are dropped. */
async function sendLarge(
  options: AttemptOptions,
  ended: Promise<unknown>,
  closing: AbortSignal
): Promise<void> {
  const { input, state, task, connection, handle } = options
  const { id } = task.body
  const stop = new AbortController()
  // Whatever ends the task also ends the wait below; it must not count as unhandled meanwhile.
  const refused = ended.then(
    () => undefined,
    (error: Error) => stop.abort(error)
  )
  const until = AbortSignal.any([handle.signal, stop.signal, closing])
  const parts = [
    ...(fits(options) ? [] : [{ part: 'input', bytes: input } as const]),
    ...(isLight(options) || state === undefined ? [] : [{ part: 'state', bytes: state } as const])
  ]
  const sending = parts.map(({ part, bytes }) => {
    return sendPayload(connection, { id, part }, bytes, until)
  })
  // A refusal arrives while we still send; then the refusal is the answer, not the broken stream.
  await Promise.race([Promise.all(sending).catch(() => refused), refused])
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
