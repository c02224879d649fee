/** The options of `peerwork observe`, and what they mean together. */

import { BlockList, isIP } from 'node:net'
import { join, resolve } from 'node:path'
import { EXPORT_OPTIONS } from '../../observer/export/target.ts'
import { ALERT_OPTIONS } from '../../observer/post.ts'
import { KEEP_OPTIONS } from '../../observer/retention.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import { NETWORKING } from '../command.ts'
import type { COMMON, Context, OptionSpecs, Values } from '../command.ts'
import { homeOf } from '../session.ts'
import { UP_OPTIONS } from '../up-options.ts'

/** Where an observer listens unless told otherwise: beside OTLP's own 4317 and 4318. */
export const PORT = 4319
const HOST = '127.0.0.1'
const PORT_MAX = 65_535
/** Its agent is one of its own: `peerwork up` and an observer may run beside each other. */
const NAME = 'observer'

export const OBSERVE_OPTIONS = {
  port: {
    type: 'string',
    value: '<port>',
    about: `port of the HTTP door; ${PORT} by default, 0 for any`
  },
  data: {
    type: 'string',
    value: '<dir>',
    about: 'directory of the traces and keys; observer in the home by default'
  },
  store: {
    type: 'string',
    value: '<url>',
    about: 'keep the traces in Postgres: postgres://user@host/database; better in PEERWORK_STORE'
  },
  host: {
    type: 'string',
    value: '<address>',
    about: 'address of this machine to listen on; 127.0.0.1 by default'
  },
  expose: { type: 'boolean', about: 'listen although other machines can reach --host' },
  'allow-host': {
    type: 'string',
    multiple: true,
    value: '<name>',
    about: 'a name by which it is asked as well, as behind a proxy (repeat)'
  },
  'public-url': {
    type: 'string',
    value: '<url>',
    about: 'where people find it behind a proxy that speaks TLS, like https://traces.example.com'
  },
  'mcp-share': {
    type: 'boolean',
    about: 'offer agents over MCP to make share links, with a key that may everything; also of mcp'
  },
  'no-network': { type: 'boolean', about: 'no agent: only what comes in over HTTP' },
  ...KEEP_OPTIONS,
  ...EXPORT_OPTIONS,
  ...ALERT_OPTIONS,
  'log-level': UP_OPTIONS['log-level'],
  scope: {
    type: 'string',
    value: '<scopes>',
    about: 'key create: ingest, read or both (ingest,read), or admin for everything'
  },
  expires: { type: 'string', value: '<time>', about: 'key create: until when, like 30d or 12h' },
  ...NETWORKING
} as const satisfies OptionSpecs

export type ObserveValues = Values<typeof OBSERVE_OPTIONS & typeof COMMON>

/** The same with the observer's own home where none was chosen. */
export function settledValues(values: ObserveValues, { env }: Pick<Context, 'env'>): ObserveValues {
  const chosen = [values.home, values.name, env['PEERWORK_HOME'], env['PEERWORK_NAME']]
  return chosen.some((word) => word !== undefined && word !== '')
    ? values
    : { ...values, name: NAME }
}

export const dataOf = (values: ObserveValues, context: Pick<Context, 'env' | 'cwd'>): string =>
  values.data === undefined
    ? join(homeOf(values, context), 'observer')
    : resolve(context.cwd, values.data)

/** Where traces are kept when that is no file; a password is better in the environment. */
export const storeOf = (
  { store }: Pick<ObserveValues, 'store'>,
  { env }: Pick<Context, 'env'>
): string | undefined => (store ?? env['PEERWORK_STORE']) || undefined

/** @throws PeerworkError `BAD_OPTION` */
export function portOf({ port }: Pick<ObserveValues, 'port'>): number {
  if (port === undefined) return PORT
  const value = /^\d{1,5}$/.test(port) ? Number(port) : NaN
  if (value <= PORT_MAX) return value
  throw new PeerworkError('BAD_OPTION', `--port is a number from 0 to ${PORT_MAX}: "${port}"`)
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')

/** @throws PeerworkError `BAD_OPTION` for an address that other machines reach, unless exposed */
export function hostOf({ host = HOST, expose }: Pick<ObserveValues, 'host' | 'expose'>): string {
  if (host === 'localhost') return HOST
  const family = isIP(host)
  if (family === 0) {
    throw new PeerworkError('BAD_OPTION', `--host is an IP address of this machine: "${host}"`)
  }
  if (expose || LOOPBACK.check(host, family === 6 ? 'ipv6' : 'ipv4')) return host
  const text =
    `other machines can reach ${host}, and the door speaks plain HTTP: keys and traces would ` +
    'cross the wire for everybody to read. Put a proxy that speaks TLS before 127.0.0.1, or say ' +
    '--expose if the wire is yours'
  throw new PeerworkError('BAD_OPTION', text, { command: 'observe' })
}

/**
 * Said by the operator, never by a request: headers like `X-Forwarded-Proto` are anybody's to send.
 *
 * @throws PeerworkError `BAD_OPTION` for anything beside a scheme, a name and a port
 */
export function publicUrlOf(values: Pick<ObserveValues, 'public-url'>): URL | undefined {
  const { 'public-url': text } = values
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) {
    return url
  }
  throw new PeerworkError('BAD_OPTION', '--public-url is like https://traces.example.com', {
    command: 'observe'
  })
}
