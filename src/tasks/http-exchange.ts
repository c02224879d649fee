/** One HTTP request with its redirects: every hop judged, looked up and connected under guard. */

import type { Agent, IncomingMessage, RequestOptions } from 'node:http'
import type { Readable } from 'node:stream'
import { PeerworkError } from '../protocol/errors.ts'
import type { HostPolicy } from './address-guard.ts'
import { guardedLookup } from './address-guard.ts'
import { FETCH_HEADER_BYTES_MAX, FETCH_IDLE_MS, FETCHES_MAX, REDIRECTS_MAX } from './limits.ts'
import type { FetchRequest } from './sandbox-messages.ts'

/**
 * Connections kept open between requests, one set per skill: a connection that one skill may have
 * to a private address must never be handed to another.
 */
export interface HttpAgents {
  get(url: URL): Promise<Http>
  close(): void
}

interface Http {
  readonly agent: Agent
  readonly request: (
    url: URL,
    options: RequestOptions,
    done: (response: IncomingMessage) => void
  ) => import('node:http').ClientRequest
}

/** Imports the HTTP client when it is first needed: it is 10 ms of an agent's start. */
export function createHttpAgents(): HttpAgents {
  const open = new Map<string, Promise<Http>>()
  const load = async (secure: boolean): Promise<Http> => {
    const { Agent, request } = secure ? await import('node:https') : await import('node:http')
    return { agent: new Agent({ keepAlive: true, maxSockets: FETCHES_MAX }), request }
  }
  return {
    get({ protocol }) {
      const found = open.get(protocol) ?? load(protocol === 'https:')
      open.set(protocol, found)
      return found
    },
    close() {
      for (const http of open.values()) {
        http.then(({ agent }) => agent.destroy()).catch(() => undefined)
      }
    }
  }
}

export interface HttpAnswer {
  readonly status: number
  readonly statusText: string
  readonly headers: readonly (readonly [string, string])[]
  readonly url: string
  readonly redirected: boolean
  readonly body: AsyncIterable<Uint8Array>
}

interface Exchange {
  readonly request: FetchRequest
  readonly body: Readable | undefined
  readonly hosts: HostPolicy
  readonly agents: HttpAgents
  readonly signal: AbortSignal
}

interface Hop {
  readonly url: URL
  readonly method: string
  readonly headers: Headers
  readonly body: Readable | undefined
}

/**
 * Headers that describe the connection or frame the body, which is ours (RFC 9110, 7.6.1). A skill
 * that could choose a length could end its request early, and write a second one, to any host the
 * server answers for, behind it.
 */
const OURS = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'http2-settings',
  'expect',
  'te',
  'trailer'
])
const isOurs = (name: string): boolean => OURS.has(name) || name.startsWith('proxy-')
/** Methods that fetch does not send either: https://fetch.spec.whatwg.org/#methods */
const FORBIDDEN = new Set(['CONNECT', 'TRACE', 'TRACK'])
/** Headers that prove who asks: for the first host only. */
const PERSONAL = ['authorization', 'cookie']
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** @throws PeerworkError `HOST_DENIED` naming host and reason, `SKILL_FAILED` */
export async function exchange(parts: Exchange): Promise<HttpAnswer> {
  let hop = firstHop(parts)
  for (let hops = 0; ; hops++) {
    const response = await send(hop, parts)
    const next = nextHop(response, hop, parts.request)
    if (next === undefined) return answerOf(response, hop.url, hops > 0)
    response.destroy()
    if (hops === REDIRECTS_MAX) {
      throw new PeerworkError('SKILL_FAILED', `more than ${REDIRECTS_MAX} redirects`)
    }
    hop = next
  }
}

function firstHop({ request, body }: Exchange): Hop {
  const { method, url } = request
  if (!URL.canParse(url)) throw new PeerworkError('HOST_DENIED', 'not a URL')
  const headers = new Headers()
  for (const [name, value] of request.headers) headers.append(name, value)
  for (const name of [...headers.keys()]) if (isOurs(name)) headers.delete(name)
  if (FORBIDDEN.has(method.toUpperCase())) {
    throw new PeerworkError('SKILL_FAILED', `${method} is no method for a skill`)
  }
  // What is compressed would have to be unpacked somewhere; a skill that wants less asks for less.
  headers.set('accept-encoding', 'identity')
  if (!headers.has('accept')) headers.set('accept', '*/*')
  if (!headers.has('user-agent')) headers.set('user-agent', 'peerwork')
  return { url: new URL(url), method, headers, body }
}

async function send(hop: Hop, { hosts, agents, signal }: Exchange): Promise<IncomingMessage> {
  const { url, method, headers, body } = hop
  const verdict = hosts(url)
  if (!verdict.allowed) {
    const text = `${url.host || url.protocol.slice(0, -1)}: ${verdict.why}`
    throw new PeerworkError('HOST_DENIED', text, { host: url.host })
  }
  const { agent, request } = await agents.get(url)
  const lookup = guardedLookup(verdict.privately)
  return await new Promise((resolve, reject) => {
    // Node frames a body by itself for some methods only, and writes it bare for the others.
    const framing = body === undefined ? {} : { 'transfer-encoding': 'chunked' }
    const options = {
      agent,
      method,
      headers: { ...Object.fromEntries(headers), ...framing },
      lookup,
      signal,
      maxHeaderSize: FETCH_HEADER_BYTES_MAX,
      timeout: FETCH_IDLE_MS
    }
    const outgoing = request(url, options, (response) => {
      // Node would keep the connection for a request whose end never comes.
      response.once('end', () => outgoing.writableFinished || outgoing.destroy())
      resolve(response)
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error(`silent for ${FETCH_IDLE_MS} ms`)))
    outgoing.on('error', reject)
    if (body === undefined) outgoing.end()
    else body.on('error', (error) => outgoing.destroy(error)).pipe(outgoing)
  })
}

/** Closes the response when no hop may follow, whose body nobody would read. */
function nextHop(response: IncomingMessage, hop: Hop, request: FetchRequest): Hop | undefined {
  try {
    return redirectOf(response, hop, request)
  } catch (error) {
    response.destroy()
    throw error
  }
}

function redirectOf(
  response: IncomingMessage,
  hop: Hop,
  { redirect }: FetchRequest
): Hop | undefined {
  const { statusCode = 0, headers } = response
  if (!REDIRECTS.has(statusCode) || headers.location === undefined) return undefined
  if (redirect === 'manual') return undefined
  if (redirect === 'error') throw new PeerworkError('SKILL_FAILED', 'the answer is a redirect')
  if (!URL.canParse(headers.location, hop.url)) {
    throw new PeerworkError('SKILL_FAILED', 'the redirect leads to no URL')
  }
  const url = new URL(headers.location, hop.url)
  const kept = new Headers(hop.headers)
  if (url.origin !== hop.url.origin) for (const name of PERSONAL) kept.delete(name)
  // https://fetch.spec.whatwg.org/#http-redirect-fetch
  const asGet =
    (statusCode === 303 && hop.method !== 'HEAD') || (statusCode < 303 && hop.method === 'POST')
  if (!asGet && hop.body !== undefined) {
    throw new PeerworkError('SKILL_FAILED', 'a streamed body cannot be sent again on a redirect')
  }
  if (!asGet) return { ...hop, url, headers: kept }
  for (const name of [...kept.keys()]) if (name.startsWith('content-')) kept.delete(name)
  return { url, method: 'GET', headers: kept, body: undefined }
}

function answerOf(response: IncomingMessage, url: URL, redirected: boolean): HttpAnswer {
  const pairs: [string, string][] = []
  for (let at = 0; at + 1 < response.rawHeaders.length; at += 2) {
    pairs.push([response.rawHeaders[at] ?? '', response.rawHeaders[at + 1] ?? ''])
  }
  const { statusCode = 0, statusMessage = '' } = response
  const shown = new URL(url)
  shown.hash = ''
  return {
    status: statusCode,
    statusText: statusMessage,
    headers: pairs,
    url: shown.href,
    redirected,
    body: response
  }
}
