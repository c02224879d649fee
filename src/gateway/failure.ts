/** What goes wrong, as HTTP tells it: a status, and RFC 9457's problem details. */

import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import type { ErrorCode } from '../protocol/errors.ts'

const STATUS: Partial<Record<ErrorCode, number>> = {
  ...{ BAD_OPTION: 400, MALFORMED: 400, TOO_LARGE: 413, INPUT_TOO_LARGE: 413 },
  ...{ BUSY: 429, QUOTA_EXCEEDED: 429 },
  ...{ STORE_FULL: 503, STORE_FAILED: 503, CLOSED: 503, DEADLINE_EXCEEDED: 504 }
}
/** What the operator has to see to; clients learn no paths and no numbers of it. */
const OWN: Partial<Record<ErrorCode, string>> = {
  STORE_FULL: 'no room is left on the disk of the observer; nothing of this was taken',
  STORE_FAILED: 'the store of the observer fails; nothing of this was taken'
}
/** Of a client's own faults: the command line's do not help over HTTP. */
const HINTS: Partial<Record<ErrorCode, string>> = {
  BAD_OPTION: 'See /api/docs.',
  MALFORMED: 'See /api/docs.',
  TOO_LARGE: 'Send less at a time.',
  INPUT_TOO_LARGE: 'Send less at a time.',
  BUSY: 'Send it again when `Retry-After` says.',
  QUOTA_EXCEEDED: 'Send it again when `Retry-After` says.'
}

export const isOwnTrouble = (code: ErrorCode): boolean => OWN[code] !== undefined
/** What a sender is told to wait for a store that fails, s. */
const WAIT_S = 5
const PROBLEM = 'application/problem+json'

/** A refusal of the door itself, before any route. */
export class Refusal extends Error {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** HTML, where people see it. */
  readonly page: string | undefined

  constructor(
    status: number,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    page?: string
  ) {
    super(message)
    this.status = status
    this.headers = headers
    this.page = page
  }
}

/** Faults of our own say nothing of themselves outside: the log has them. */
export function failureOf(thrown: unknown): Response {
  if (thrown instanceof Refusal) {
    const { status, message, headers, page } = thrown
    if (page !== undefined) {
      const type = { 'content-type': 'text/html; charset=utf-8' }
      return new Response(page, { status, headers: { ...type, ...headers } })
    }
    return problem({ status, detail: message }, headers)
  }
  if (!(thrown instanceof PeerworkError)) {
    return problem({ status: 500, detail: 'the observer has a fault of its own; see its log' })
  }
  const { code, message, hint, facts, retry } = toPeerworkError(thrown)
  const own = OWN[code]
  const status = STATUS[code] ?? 500
  const waitMs = facts['retryAfterMs']
  const wait =
    typeof waitMs === 'number' ? Math.ceil(waitMs / 1_000) : status === 503 ? WAIT_S : null
  const headers = wait === null ? {} : { 'retry-after': String(Math.max(1, wait)) }
  const told = { detail: own ?? message, facts: own === undefined ? facts : {} }
  return problem({ status, code, ...told, hint: HINTS[code] ?? hint, retry }, headers)
}

interface Problem {
  readonly status: number
  readonly detail: string
  readonly [name: string]: unknown
}

function problem(body: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  const json = JSON.stringify({ title: TITLES[body.status] ?? 'Error', ...body })
  return new Response(`${json}\n`, {
    status: body.status,
    headers: { 'content-type': PROBLEM, ...headers }
  })
}

const TITLES: Readonly<Record<number, string>> = {
  ...{ 400: 'Bad request', 401: 'Not signed in', 403: 'Forbidden', 404: 'Not found' },
  ...{ 405: 'Method not allowed', 413: 'Too large', 415: 'Unsupported media type' },
  ...{ 421: 'Misdirected', 429: 'Too many requests', 500: 'Internal error' },
  ...{ 503: 'Unavailable', 504: 'Too slow' }
}
