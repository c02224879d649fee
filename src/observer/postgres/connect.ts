/** Connections to a Postgres database, and the limits of everything that is asked there. */

import postgres from 'postgres'
import { PeerworkError } from '../../protocol/errors.ts'

/** Connections of one observer, count: a small server allows a hundred in all. */
const CONNECTIONS_MAX = 8
/** Until a connection counts as failed, s. */
const CONNECT_TIMEOUT_S = 10
/** After a connection failed, until the next is tried, s. */
const RECONNECT_S = 0.25
/** One statement, ms: a question that takes longer costs everybody else too much. */
const STATEMENT_TIMEOUT_MS = 60_000
/** Waiting for another observer that writes, ms: it takes a second at most for a group. */
const LOCK_TIMEOUT_MS = 15_000
/** Within a transaction, ms: an observer that hangs while it writes must not stop the others. */
const IDLE_TIMEOUT_MS = 10_000
/** Names of schemas are written into statements, so they are plain; 63 is the longest name. */
const SCHEMA = /^[a-z_][a-z0-9_]{0,62}$/

export type Db = postgres.Sql<{ bigint: number }>
export type Tx = postgres.TransactionSql<{ bigint: number }>

export interface Address {
  readonly url: string
  /** Never shown. */
  readonly password: string
  readonly host?: string
}

/**
 * `postgres://user:password@host:5432/database?sslmode=require`; `?host=/run/postgresql` for a
 * Unix socket.
 *
 * @throws PeerworkError `BAD_OPTION`, without what was given: a password may be part of it
 */
export function readAddress(text: string): Address {
  const url = URL.parse(text)
  if (url === null || !/^postgres(?:ql)?:$/.test(url.protocol) || url.pathname.length < 2) {
    const form = 'postgres://user@host:5432/database'
    throw new PeerworkError('BAD_OPTION', `the address of a Postgres database looks like ${form}`)
  }
  const host = url.searchParams.get('host')
  url.searchParams.delete('host')
  if (host !== null && url.hostname === '') url.hostname = 'localhost'
  const password = plain(url.password)
  return { url: url.href, password, ...(host === null ? {} : { host }) }
}

function plain(password: string): string {
  try {
    return decodeURIComponent(password)
  } catch {
    return password
  }
}

/** @throws PeerworkError `BAD_OPTION` */
export function checkSchema(schema: string): void {
  if (SCHEMA.test(schema)) return
  throw new PeerworkError('BAD_OPTION', 'a schema is a name of letters a to z, digits and _')
}

/** Nothing is opened yet; each statement opens what it needs, again after it was lost. */
export function connect({ url, host }: Address, schema: string): Db {
  return postgres(url, {
    ...(host === undefined ? {} : { host }),
    max: CONNECTIONS_MAX,
    connect_timeout: CONNECT_TIMEOUT_S,
    backoff: () => RECONNECT_S,
    // Numbers of ours are whole up to 2^53.
    types: { bigint: { to: 20, from: [20], serialize: String, parse: Number } },
    onnotice: () => {},
    connection: {
      application_name: 'peerwork-observer',
      search_path: `"${schema}"`,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_TIMEOUT_MS,
      // An agent of a few traces and one of all of them want another index each.
      plan_cache_mode: 'force_custom_plan',
      // What `ingest` answers for is on the disk, whatever the server does by default.
      synchronous_commit: 'on'
    }
  })
}

/** One writer at a time in a schema, until the transaction ends: observers may share it. */
export async function lock(tx: Tx): Promise<void> {
  await tx`SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), 1348956243))`
}
