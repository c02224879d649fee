/**
 * One POST to somewhere else: bounded in time and in what it reads back, and, for addresses that
 * came in over HTTP, never into the observer's own network.
 */

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { compileHosts, guardedLookup } from '../tasks/address-guard.ts'
import { PeerworkError } from '../protocol/errors.ts'

/** The whole exchange, ms. */
const POST_MS_MAX = 15_000
/** Of an answer that is read, bytes: an OTLP response, or a sentence. */
const ANSWER_BYTES_MAX = 64 * 1024
const HEAD_BYTES_MAX = 16 * 1024
/** Longest pause that another side may ask for, ms. */
const RETRY_AFTER_MS_MAX = 60 * 60 * 1_000

/** For the options of a command line. */
export const ALERT_OPTIONS = {
  'alert-host': {
    type: 'string',
    multiple: true,
    value: '<host[:port]>',
    about: 'a private host that alerts may be sent to, over http as well (repeat)'
  }
} as const

/** @returns whether its host may be a private address; @throws PeerworkError `HOST_DENIED` */
export type Guard = (url: URL) => boolean

/**
 * Every public host over https; those that the operator wrote out also over http, and privately.
 *
 * @param allowed `host`, `host:port` or `host:*`
 * @throws PeerworkError `BAD_OPTION` for an entry that is no host
 */
export function guardOf(allowed: readonly string[]): Guard {
  const own = hostsOf(allowed)
  const all = compileHosts(['*'])
  return (url) => {
    const verdict = own(url)
    if (verdict.allowed) return verdict.privately
    const open = all(url)
    if (!open.allowed) throw denied(url, open.why.replace(UNDECLARED, allowing(url)))
    if (url.protocol !== 'https:')
      throw denied(url, `only https leaves the machine${allowing(url)}`)
    return false
  }
}

function hostsOf(allowed: readonly string[]): ReturnType<typeof compileHosts> {
  try {
    return compileHosts(allowed)
  } catch (error) {
    throw new PeerworkError('BAD_OPTION', (error as Error).message, {}, error)
  }
}

/** Of the guard's words those that are of skills, which declare their hosts. */
const UNDECLARED = ' that is not written out in the declaration'

/** The option that only who starts the observer can give. */
const allowing = ({ host }: URL): string => `; to allow it: peerwork observe --alert-host ${host}`

/** Never the whole URL: it may be a secret. */
const denied = ({ host, protocol }: URL, why: string): PeerworkError =>
  new PeerworkError('HOST_DENIED', `${host || protocol.slice(0, -1)}: ${why}`, { host })

export interface Post {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | string
  /** Absent: the operator chose the address, and any will do. */
  readonly guard?: Guard
  readonly signal?: AbortSignal
}

export interface Posted {
  readonly status: number
  readonly text: string
  /** ms, when the other side said so. */
  readonly retryAfterMs: number | undefined
}

/** Redirects are answers like others. @throws PeerworkError `HOST_DENIED`; what the network says */
export async function post({ url, headers, body, guard, signal }: Post): Promise<Posted> {
  const privately = guard === undefined || guard(url)
  const { request } = await (url.protocol === 'https:' ? import('node:https') : import('node:http'))
  const late = AbortSignal.timeout(POST_MS_MAX)
  const options = {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body), 'user-agent': 'peerwork' },
    // A connection that was opened to a private address must not serve what is guarded.
    ...(guard !== undefined && { agent: false, lookup: guardedLookup(privately) }),
    signal: signal === undefined ? late : AbortSignal.any([signal, late]),
    maxHeaderSize: HEAD_BYTES_MAX
  }
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, options, resolve).on('error', reject).end(body)
  })
  const { statusCode = 0, headers: answered } = response
  const text = await beginningOf(response)
  return { status: statusCode, text, retryAfterMs: waitIn(answered) }
}

async function beginningOf(response: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of response) {
    bytes += piece.length
    if (bytes > ANSWER_BYTES_MAX) break
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString()
}

/** Seconds, or a date, which the other side's own clock tells (RFC 9110, 10.2.3). */
function waitIn({ 'retry-after': wait = '', date = '' }: IncomingHttpHeaders): number | undefined {
  const ms = /^\d{1,9}$/.test(wait) ? Number(wait) * 1_000 : Date.parse(wait) - Date.parse(date)
  return Number.isNaN(ms) ? undefined : Math.max(0, Math.min(RETRY_AFTER_MS_MAX, ms))
}
