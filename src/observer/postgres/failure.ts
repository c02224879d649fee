/** What the errors of Postgres and of the way there are called. */

import { messageOf, PeerworkError } from '../../protocol/errors.ts'

/** When to come again, ms. */
const RETRY_MS = 1_000
/** https://www.postgresql.org/docs/15/errcodes-appendix.html */
const TOO_MANY_CONNECTIONS = '53300'
const LOCK_NOT_AVAILABLE = '55P03'
const QUERY_CANCELED = '57014'
const INSUFFICIENT_RESOURCES = /^53\w{3}$/
/** The data itself was refused: 22 is data, 54 a limit of the program. */
const OF_DATA = /^(?:22|54)\w{3}$/

export function sqlStateOf(thrown: unknown): string {
  const { code } = (thrown ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : ''
}

/** Whether one of several calls may be at fault alone. */
export const isOfData = (thrown: unknown): boolean => OF_DATA.test(sqlStateOf(thrown))

/** @param password is never part of what is told */
export function storeFailure(thrown: unknown, password: string): PeerworkError {
  if (thrown instanceof PeerworkError) return thrown
  const code = sqlStateOf(thrown)
  const said = messageOf(thrown) || code
  const message = password === '' ? said : said.replaceAll(password, '…')
  const facts = { ...(code === '' ? {} : { sqlState: code }), retryAfterMs: RETRY_MS }
  if (code === TOO_MANY_CONNECTIONS || code === LOCK_NOT_AVAILABLE) {
    return new PeerworkError('BUSY', `Postgres has too much to do: ${message}`, facts)
  }
  if (INSUFFICIENT_RESOURCES.test(code)) {
    return new PeerworkError('STORE_FULL', `Postgres has no room: ${message}`, facts)
  }
  const what = code === QUERY_CANCELED ? 'Postgres took too long' : 'Postgres failed'
  return new PeerworkError('STORE_FAILED', `${what}: ${message}`, facts)
}
