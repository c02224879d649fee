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

export interface Reached {
  /** `http://127.0.0.1:4319` */
  readonly url: string
  /** The proof of who asks. */
  readonly headers: () => Readonly<Record<string, string>>
  readonly fetch: (request: Request) => Response | Promise<Response>
}

export function askOver({ url, headers, fetch }: Reached): Ask {
  return async (path, query = {}) => {
    const address = new URL(path, url)
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) address.searchParams.set(name, String(value))
    }
    const signal = AbortSignal.timeout(ANSWER_MS_MAX)
    return objectIn(await reach(fetch, new Request(address, { headers: headers(), signal })))
  }
}

export function changeOver({ url, headers, fetch }: Reached): Change {
  return async (path, body) => {
    const request = new Request(new URL(path, url), {
      method: 'POST',
      // Who asks by a cookie needs a header that no page of another site can send.
      headers: { ...headers(), 'content-type': 'application/json', 'x-peerwork': '1' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MS_MAX)
    })
    return objectIn(await reach(fetch, request))
  }
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
