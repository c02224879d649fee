/**
 * HTTP requests of a sandboxed skill, carried out by the agent within what the skill declares.
 *
 * Bodies stream both ways within a window, so neither side can fill the other's memory. Redirects
 * are followed here, each hop judged like a first request.
 */

import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import type { HostPolicy } from './address-guard.ts'
import type { HttpAgents, HttpAnswer } from './http-exchange.ts'
import { exchange } from './http-exchange.ts'
import {
  FETCH_HEADER_BYTES_MAX,
  FETCH_PIECE_BYTES_MAX,
  FETCH_REQUEST_BYTES_MAX,
  FETCH_RESPONSE_BYTES_MAX,
  FETCH_WINDOW_BYTES,
  FETCHES_MAX
} from './limits.ts'
import type { FetchRequest, TaskMessage, ToRunner } from './sandbox-messages.ts'
import { RequestBody } from './request-body.ts'
import type { Answered } from './tell.ts'

export interface TaskFetch {
  /** A message about a request. @throws PeerworkError `MALFORMED` when it breaks the rules */
  take(message: TaskMessage, payload: Uint8Array): void
  /** End what is open: the task is over. */
  close(): void
}

export interface Broker {
  readonly hosts: HostPolicy
  readonly agents: HttpAgents
}

type Send = (message: ToRunner, payload?: Uint8Array) => void
/** Told of each request by the host's name, and by what it answers, when it is over. */
export type Watch = (host: string) => (answered: Answered) => void

interface Call {
  readonly task: string
  readonly call: number
  readonly ended: AbortController
  readonly body: RequestBody | undefined
  /** Of the answer, once its head is here. */
  status?: number
  /** Bytes of the response that the runner may still be sent. */
  window: number
  wake: () => void
}

export function createTaskFetch(broker: Broker, send: Send, watch: Watch): TaskFetch {
  const open = new Map<number, Call>()

  const start = (request: FetchRequest): void => {
    if (open.size >= FETCHES_MAX || open.has(request.call)) {
      throw new PeerworkError('MALFORMED', 'the runner has too many requests open')
    }
    const { task, call: number } = request
    const credit = (bytes: number): void =>
      send({ type: 'fetch-credit', task, call: number, bytes })
    const body = request.body ? new RequestBody(FETCH_REQUEST_BYTES_MAX, credit) : undefined
    const ended = new AbortController()
    const window = FETCH_WINDOW_BYTES
    const call: Call = { task, call: number, ended, body, window, wake: () => undefined }
    open.set(number, call)
    const over = watch(hostOf(request.url))
    const told = (error?: string): void => over(answeredOf(call, error))
    carry(broker, request, call, send)
      .then(
        () => {
          told()
          send({ type: 'fetch-end', task, call: number })
        },
        (thrown: unknown) => {
          const { aborted } = ended.signal
          // Who has read enough hangs up: that is no failure.
          if (!aborted) told(codeOf(thrown))
          else told(call.status === undefined ? 'CANCELED' : undefined)
          if (aborted) return
          const { code, message, facts } = asFailure(thrown, request.url)
          send({ type: 'fetch-failed', task, call: number, error: { code, message, facts } })
        }
      )
      .finally(() => {
        open.delete(number)
        body?.destroy()
      })
      .catch(() => undefined)
  }

  return {
    take(message, payload) {
      if (message.type === 'fetch') return start(message)
      const call = 'call' in message ? open.get(message.call) : undefined
      if (call === undefined) return
      if (message.type === 'fetch-body') call.body?.take(payload)
      else if (message.type === 'fetch-body-end') call.body?.end()
      else if (message.type === 'fetch-abort') call.ended.abort()
      else if (message.type === 'fetch-credit') {
        call.window = Math.min(FETCH_WINDOW_BYTES, call.window + message.bytes)
        call.wake()
      }
    },
    close() {
      for (const { ended } of open.values()) ended.abort()
    }
  }
}

/** One request from its first hop to the last byte of the answer. */
async function carry(broker: Broker, request: FetchRequest, call: Call, send: Send): Promise<void> {
  const size = request.headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  if (size > FETCH_HEADER_BYTES_MAX) {
    throw new PeerworkError('SKILL_FAILED', `request headers of ${size} bytes`)
  }
  const { signal } = call.ended
  const answer = await exchange({ ...broker, request, body: call.body?.stream, signal })
  const { task, call: number } = call
  const { status, statusText, headers, url, redirected } = answer
  call.status = status
  send({ type: 'fetch-head', task, call: number, status, statusText, headers, url, redirected })
  await passBody(answer, call, send)
}

async function passBody(answer: HttpAnswer, call: Call, send: Send): Promise<void> {
  const { task, call: number, ended } = call
  let total = 0
  for await (const bytes of answer.body) {
    total += bytes.length
    if (total > FETCH_RESPONSE_BYTES_MAX) {
      const text = `the response is over ${FETCH_RESPONSE_BYTES_MAX} bytes`
      throw new PeerworkError('SKILL_FAILED', text)
    }
    for (let at = 0; at < bytes.length; at += FETCH_PIECE_BYTES_MAX) {
      const piece = bytes.subarray(at, at + FETCH_PIECE_BYTES_MAX)
      while (call.window < piece.length) await room(call)
      ended.signal.throwIfAborted()
      call.window -= piece.length
      send({ type: 'fetch-data', task, call: number }, piece)
    }
  }
}

/** Until the runner has read some of what it was sent, or does not want more. */
async function room(call: Call): Promise<void> {
  const { signal } = call.ended
  signal.throwIfAborted()
  await new Promise<void>((resolve) => {
    call.wake = resolve
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  signal.throwIfAborted()
}

/** What the skill is told: our own errors as they are, the rest as `fetch` would fail. */
function asFailure(thrown: unknown, url: string): PeerworkError {
  if (thrown instanceof PeerworkError) return thrown
  const { message, code = '' } = thrown as NodeJS.ErrnoException
  const { cause } = thrown as { cause?: unknown }
  if (cause instanceof PeerworkError) return cause
  const why = message === '' ? code : message
  return toPeerworkError(new Error(`fetch of ${hostOf(url)} failed: ${why}`), 'SKILL_FAILED')
}

function answeredOf({ status }: Call, error: string | undefined): Answered {
  return { ...(status !== undefined && { status }), ...(error !== undefined && { error }) }
}

/** What an event says of a failure: a code, because sentences may hold addresses. */
function codeOf(thrown: unknown): string {
  const { code, cause } = thrown as { code?: unknown; cause?: unknown }
  if (cause instanceof PeerworkError) return cause.code
  return typeof code === 'string' ? code : 'SKILL_FAILED'
}

/** Never the whole URL: its query may hold a key. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : 'a bad URL')
