/** How tools ask: the API itself, in this process or over HTTP, with the rights of a key. */

import { PeerworkError } from '../../protocol/errors.ts'
import type { JsonObject, JsonValue } from '../../protocol/json.ts'

/** @throws PeerworkError what the API refuses with */
export type Ask = (path: string, query?: Query) => Promise<JsonObject>
/** @throws PeerworkError what the API refuses with */
export type Change = (path: string, body: JsonObject) => Promise<JsonObject>
export type Query = Readonly<Record<string, string | number | undefined>>

/** How long one answer may take, ms. */
const ANSWER_MS_MAX = 10_000
/** The status for a proof that is none. */
const UNKNOWN = 401

export interface Proof {
  /** The proof of who asks. */
  readonly headers: () => HeaderFields
  /**
   * The observer knows this proof no more, as when its session was ended: get another one. What was
   * asked is then asked once again.
   */
  readonly renew?: (refused: HeaderFields) => void
}

type HeaderFields = Readonly<Record<string, string>>

export interface Reached extends Proof {
  /** `http://127.0.0.1:4319` */
  readonly url: string
  readonly fetch: (request: Request) => Response | Promise<Response>
}

export function askOver(reached: Reached): Ask {
  return (path, query = {}) => {
    const address = new URL(path, reached.url)
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) address.searchParams.set(name, String(value))
    }
    return answerOf(reached, (headers, signal) => new Request(address, { headers, signal }))
  }
}

export function changeOver(reached: Reached): Change {
  return (path, body) =>
    answerOf(reached, (headers, signal) => {
      return new Request(new URL(path, reached.url), {
        method: 'POST',
        // Who asks by a cookie needs a header that no page of another site can send.
        headers: { ...headers, 'content-type': 'application/json', 'x-peerwork': '1' },
        body: JSON.stringify(body),
        signal
      })
    })
}

/** Nothing was done for whoever was not known, so that a change can be repeated too. */
async function answerOf(
  { headers, renew, fetch }: Reached,
  requestWith: (headers: HeaderFields, signal: AbortSignal) => Request
): Promise<JsonObject> {
  const send = (proof: HeaderFields): Promise<Response> =>
    reach(fetch, requestWith(proof, AbortSignal.timeout(ANSWER_MS_MAX)))
  const proof = headers()
  const response = await send(proof)
  if (response.status !== UNKNOWN || renew === undefined) return objectIn(response)
  await response.body?.cancel()
  renew(proof)
  return objectIn(await send(headers()))
}

async function objectIn(response: Response): Promise<JsonObject> {
  const body = await jsonIn(response)
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new PeerworkError('MALFORMED', 'the observer answered with something else than an object')
  }
  const record = body as JsonObject
  if (response.ok) return record
  const said = record['detail']
  const detail = typeof said === 'string' ? said : `status ${response.status}`
  throw new PeerworkError(response.status === 404 ? 'BAD_OPTION' : 'CONTROL_FAILED', detail)
}

async function reach(fetch: Reached['fetch'], request: Request): Promise<Response> {
  try {
    return await fetch(request)
  } catch (error) {
    const { cause, message } = error as Error
    const why = cause instanceof Error && cause.message !== '' ? cause.message : message
    const { origin } = new URL(request.url)
    throw new PeerworkError('CONTROL_FAILED', `no observer answers at ${origin}: ${why}`)
  }
}

async function jsonIn(response: Response): Promise<JsonValue> {
  try {
    return (await response.json()) as JsonValue
  } catch {
    return null
  }
}
