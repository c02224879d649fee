/** One batch of lines to the observer, and what became of it. Never throws. */

import { request as plain } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { request as secure } from 'node:https'

/** One request with its answer, ms. */
const REQUEST_MS_MAX = 10_000
/** What is read of an answer, bytes: a hundred faulty lines, told one by one. */
const ANSWER_BYTES_MAX = 256 * 1024

interface Post {
  readonly url: string
  readonly key: string
  readonly body: string
  readonly signal: AbortSignal
}

/** `again`: nobody said no, so send it once more; `waitMs` when the observer said how long. */
export type Posted =
  | { readonly again: true; readonly waitMs: number | undefined; readonly why: string }
  | { readonly again: false; readonly refused: number; readonly why: string }

export async function post(given: Post): Promise<Posted> {
  try {
    const response = await send(given)
    const text = await textOf(response)
    const { statusCode: status = 0, headers } = response
    if (status >= 200 && status < 300) return refusedIn(text)
    const why = `the observer answered ${status}${WHY[status] ?? ''}`
    if (status !== 429 && status < 500) return { again: false, refused: Infinity, why }
    const seconds = Number(headers['retry-after'])
    return { again: true, waitMs: seconds > 0 ? seconds * 1_000 : undefined, why }
  } catch (error) {
    return { again: true, waitMs: undefined, why: (error as Error).message }
  }
}

/** What a person can do about. */
const WHY: Readonly<Record<number, string>> = {
  401: ': it does not know this key (peerwork observe key create)',
  403: ': this key may not bring traces (--scope ingest)'
}

/** `fetch` would keep the process alive as long as the observer thinks; a socket need not. */
function send({ url, key, body, signal }: Post): Promise<IncomingMessage> {
  const address = new URL('/api/ingest', url)
  const options = {
    method: 'POST',
    signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS_MAX)]),
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/x-ndjson',
      'content-length': Buffer.byteLength(body)
    }
  }
  return new Promise((resolve, reject) => {
    const request = (address.protocol === 'https:' ? secure : plain)(address, options, resolve)
    request.on('socket', (socket) => socket.unref())
    request.on('error', reject)
    request.end(body)
  })
}

async function textOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of response as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > ANSWER_BYTES_MAX) break
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString()
}

/** Lines that the observer did not take are lost one by one; the others are there. */
function refusedIn(text: string): Posted {
  const { rejected, errors } = answerOf(text)
  if (typeof rejected !== 'number') return { again: false, refused: Infinity, why: NO_OBSERVER }
  const reason = errors?.[0]?.message ?? 'no reason given'
  return { again: false, refused: rejected, why: `refused by the observer: ${reason}` }
}

const NO_OBSERVER = 'what answered is no observer'

interface Answer {
  readonly rejected?: unknown
  readonly errors?: readonly { readonly message?: string }[]
}

function answerOf(text: string): Answer {
  try {
    return (JSON.parse(text) ?? {}) as Answer
  } catch {
    return {}
  }
}
