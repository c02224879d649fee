/** `ctx.fetch`: real requests and responses, carried out by the agent. Runs inside the sandbox. */

import { fromRecord, PeerworkError } from '../protocol/errors.ts'
import { FETCH_PIECE_BYTES_MAX, FETCH_WINDOW_BYTES, FETCHES_MAX } from './limits.ts'
import type { FetchHead, Send, ToRunner } from './sandbox-messages.ts'

export interface GuestFetch {
  readonly fetch: typeof globalThis.fetch
  take(message: ToRunner, payload: Uint8Array): void
}

/** Statuses whose responses have no body. */
const EMPTY = new Set([101, 103, 204, 205, 304])
const ENCODINGS = new Map<string, 'gzip' | 'deflate' | 'brotli'>([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['br', 'brotli']
])

interface Call {
  readonly head: PromiseWithResolvers<Response>
  body?: ReadableStreamDefaultController<Uint8Array>
  /** Bytes of the request's body that may leave now. */
  window: number
  wake?: () => void
  over: boolean
}

export function createGuestFetch(task: string, send: Send, signal: AbortSignal): GuestFetch {
  let calls = 0
  const open = new Map<number, Call>()
  const end = (number: number, error?: unknown): void => {
    const call = open.get(number)
    if (call === undefined) return
    open.delete(number)
    call.over = true
    call.wake?.()
    if (error === undefined) return closeQuietly(call)
    call.head.reject(error)
    call.body?.error(error)
  }
  const stop = (number: number, reason: unknown): void => {
    if (!open.has(number)) return
    send({ type: 'fetch-abort', task, call: number })
    end(number, reason)
  }

  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    const both = AbortSignal.any([signal, request.signal])
    both.throwIfAborted()
    if (open.size >= FETCHES_MAX) {
      throw new PeerworkError('SKILL_FAILED', `more than ${FETCHES_MAX} requests at a time`)
    }
    const number = calls++
    const call: Call = { head: Promise.withResolvers(), window: FETCH_WINDOW_BYTES, over: false }
    open.set(number, call)
    both.addEventListener('abort', () => stop(number, both.reason), { once: true })
    send({
      type: 'fetch',
      task,
      call: number,
      method: request.method,
      url: request.url,
      headers: [...request.headers],
      body: request.body !== null,
      redirect: request.redirect
    })
    if (request.body !== null) {
      upload(request.body, { task, number, call, send }).catch((error) => stop(number, error))
    }
    return await call.head.promise
  }

  return {
    fetch,
    take(message, payload) {
      const call = 'call' in message ? open.get(message.call) : undefined
      if (call === undefined) return
      if (message.type === 'fetch-head') {
        const { call: number } = message
        const read = (bytes: number): void =>
          send({ type: 'fetch-credit', task, call: number, bytes })
        settleHead(message, call, { read, cancel: (reason) => stop(number, reason) })
      } else if (message.type === 'fetch-data') call.body?.enqueue(payload)
      else if (message.type === 'fetch-end') end(message.call)
      else if (message.type === 'fetch-failed') end(message.call, fromRecord(message.error))
      else if (message.type === 'fetch-credit') {
        call.window += message.bytes
        call.wake?.()
      }
    }
  }
}

function settleHead(head: FetchHead, call: Call, on: Download): void {
  try {
    call.head.resolve(responseOf(head, EMPTY.has(head.status) ? null : download(call, on)))
  } catch (error) {
    // A server may answer what no Response can hold, such as status 999.
    on.cancel(error)
  }
}

function closeQuietly(call: Call): void {
  try {
    call.body?.close()
  } catch {
    // The skill has canceled the body; there is nothing left to close.
  }
}

interface Upload {
  readonly task: string
  readonly number: number
  readonly call: Call
  readonly send: Send
}

/** Send a body in pieces, as fast as the agent passes them on. */
async function upload(body: ReadableStream<Uint8Array>, to: Upload): Promise<void> {
  const { task, number, call, send } = to
  for await (const part of body) {
    for (let at = 0; at < part.length; at += FETCH_PIECE_BYTES_MAX) {
      const piece = part.subarray(at, at + FETCH_PIECE_BYTES_MAX)
      while (call.window < piece.length && !call.over) {
        await new Promise<void>((resolve) => (call.wake = resolve))
      }
      if (call.over) return
      call.window -= piece.length
      send({ type: 'fetch-body', task, call: number }, piece)
    }
  }
  if (!call.over) send({ type: 'fetch-body-end', task, call: number })
}

interface Download {
  readonly read: (bytes: number) => void
  readonly cancel: (reason: unknown) => void
}

/** The response's body; what the skill has read is given back to the agent as credit. */
function download(call: Call, on: Download): ReadableStream<Uint8Array<ArrayBuffer>> {
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      call.body = controller
    },
    cancel: on.cancel
  })
  const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>(
    {
      transform(piece, controller) {
        on.read(piece.length)
        controller.enqueue(piece)
      }
    },
    undefined,
    { highWaterMark: 0 }
  )
  return source.pipeThrough(counted)
}

function responseOf(
  head: FetchHead,
  stream: ReadableStream<Uint8Array<ArrayBuffer>> | null
): Response {
  const headers = new Headers(head.headers.map(([name, value]): [string, string] => [name, value]))
  const encoding = ENCODINGS.get(headers.get('content-encoding')?.toLowerCase() ?? '')
  const body =
    stream === null || encoding === undefined
      ? stream
      : stream.pipeThrough(new DecompressionStream(encoding as 'gzip'))
  const response = new Response(body, {
    status: head.status,
    statusText: head.statusText,
    headers
  })
  Object.defineProperty(response, 'url', { value: head.url })
  Object.defineProperty(response, 'redirected', { value: head.redirected })
  return response
}
