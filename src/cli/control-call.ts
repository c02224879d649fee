/** One request over the control socket of a running agent. */

import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { LineParser } from '../node/control-lines.ts'
import { CONTROL_LINE_BYTES_MAX } from '../node/control-protocol.ts'
import type { ControlAnswer, ControlRequest } from '../node/control-protocol.ts'
import { errorFrom } from '../node/task-failure.ts'
import { PeerworkError } from '../protocol/errors.ts'

/** How long a running agent may take to answer a question about itself, ms. */
const ANSWER_MS_MAX = 10_000

/** Ask once. @throws PeerworkError what the agent answered, or `CONTROL_FAILED` */
export async function ask<T>(path: string, request: ControlRequest): Promise<T> {
  const signal = AbortSignal.timeout(ANSWER_MS_MAX)
  for await (const answer of exchange(path, request, signal)) {
    if ('ok' in answer) return answer.ok as T
  }
  const late = signal.aborted ? `did not answer within ${ANSWER_MS_MAX / 1000} s` : 'hung up'
  throw new PeerworkError('CONTROL_FAILED', `the running agent ${late}`, { path })
}

/** Ask for a result that may take long. Aborting cancels the task. */
export async function askLong<T>(
  path: string,
  request: ControlRequest,
  signal: AbortSignal | undefined
): Promise<T> {
  for await (const answer of exchange(path, request, signal)) {
    if ('ok' in answer) return answer.ok as T
  }
  if (gone(signal)) throw new PeerworkError('CANCELED', 'canceled on request')
  throw new PeerworkError('CONTROL_FAILED', 'the running agent hung up before the result', { path })
}

/** Follow a stream to its end. Leaving the loop, or the signal, ends it on the other side too. */
export async function* follow<T>(
  path: string,
  request: ControlRequest,
  signal?: AbortSignal
): AsyncGenerator<T, void, void> {
  for await (const answer of exchange(path, request, signal)) {
    if ('event' in answer) yield answer.event as T
    if ('end' in answer) return
  }
  if (gone(signal)) return
  throw new PeerworkError('CONTROL_FAILED', 'the running agent stopped meanwhile', { path })
}

/** Answers until the connection closes; `error` answers are thrown. */
async function* exchange(
  path: string,
  request: ControlRequest,
  signal?: AbortSignal
): AsyncGenerator<Exclude<ControlAnswer, { error: unknown }>, void, void> {
  if (gone(signal)) return
  const socket = connect(path)
  const stop = (): void => void socket.destroy()
  signal?.addEventListener('abort', stop)
  try {
    socket.write(`${JSON.stringify(request)}\n`)
    yield* answersOf(socket)
  } catch (thrown) {
    if (!gone(signal)) throw nameless(thrown, path)
  } finally {
    signal?.removeEventListener('abort', stop)
    socket.destroy()
  }
}

async function* answersOf(
  socket: Socket
): AsyncGenerator<Exclude<ControlAnswer, { error: unknown }>, void, void> {
  const parser = new LineParser(CONTROL_LINE_BYTES_MAX)
  for await (const bytes of socket) {
    for (const line of parser.push(bytes as Uint8Array)) {
      const answer = JSON.parse(Buffer.from(line).toString()) as ControlAnswer
      if ('error' in answer) throw errorFrom(answer.error)
      yield answer
    }
  }
}

const gone = (signal: AbortSignal | undefined): boolean => signal?.aborted === true

function nameless(thrown: unknown, path: string): PeerworkError {
  if (thrown instanceof PeerworkError) return thrown
  const { code, message } = thrown as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return new PeerworkError('NOT_RUNNING', 'no agent runs with this home', { path })
  }
  return new PeerworkError('CONTROL_FAILED', `the running agent cannot be asked: ${message}`, {
    path
  })
}
