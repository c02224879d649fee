/**
 * An answer that may be large, sent as it is read: who reads slowly, or not at all, holds the turn
 * of it for a bounded time.
 */

import { ReadableStream } from 'node:stream/web'
import type { Turn } from './turns.ts'

/** What is small is given away whole, bytes: the sockets hold as much anyway. */
const SMALL_BYTES_MAX = 64 * 1024
const PIECE_BYTES = 64 * 1024
/** How long reading it may take, ms: 32 MiB at 5 Mbit/s. */
const READ_MS_MAX = 60_000

const HEADERS = { 'content-type': 'application/json' } as const

/** @param turn ended when the answer was read, or will not be */
export function largeAnswer(
  json: string,
  turn: Turn,
  signal: AbortSignal,
  readMs = READ_MS_MAX
): Response {
  const bytes = Buffer.from(json)
  if (bytes.length <= SMALL_BYTES_MAX) {
    turn[Symbol.dispose]()
    return new Response(bytes, { headers: HEADERS })
  }
  turn.answered(bytes.length)
  const headers = { ...HEADERS, 'content-length': String(bytes.length) }
  return new Response(streamOf(bytes, turn, { signal, readMs }), { headers })
}

interface Until {
  readonly signal: AbortSignal
  readonly readMs: number
}

function streamOf(bytes: Buffer, turn: Turn, { signal, readMs }: Until): ReadableStream {
  let rest: Buffer | undefined = bytes
  let stop = (): void => undefined
  const end = (): void => {
    // Not only the count: the stream may be kept by whoever does not read it.
    rest = undefined
    clearTimeout(late)
    signal.removeEventListener('abort', stop)
    turn[Symbol.dispose]()
  }
  const late = setTimeout(() => stop(), readMs).unref()
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        stop = () => {
          if (rest === undefined) return
          end()
          controller.error(new Error('it was not read in time'))
        }
        if (signal.aborted) stop()
        else signal.addEventListener('abort', stop, { once: true })
      },
      pull(controller) {
        if (rest === undefined) return
        controller.enqueue(new Uint8Array(rest.subarray(0, PIECE_BYTES)))
        rest = rest.subarray(PIECE_BYTES)
        if (rest.length > 0) return
        end()
        controller.close()
      },
      cancel: end
    },
    { highWaterMark: 0 }
  )
}
