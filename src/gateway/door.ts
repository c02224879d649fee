/** The listening end: loopback, bounded, and closed in bounded time. */

import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { getRequestListener } from '@hono/node-server'
import { PeerworkError } from '../protocol/errors.ts'
import { bracketed, hostIn, namesOf } from './access/host.ts'
import type { Names } from './access/host.ts'
import { Connections } from './connections.ts'

/** Connections at once, count: SDKs of twenty machines, some browsers, a scraper. */
export const CONNECTIONS_MAX = 200
/** A request's head, ms and bytes. */
const HEAD_MS_MAX = 10_000
const HEAD_BYTES_MAX = 16 * 1024
/** A whole request with its body, ms. */
const REQUEST_MS_MAX = 30_000
const IDLE_MS_MAX = 60_000
/** How long answers on their way may take once it closes, ms. */
const CLOSE_MS_MAX = 2_000

export interface DoorOptions {
  /** An address of this machine. */
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Names by which one may ask as well. */
  readonly names?: readonly string[] | undefined
  /** Where people find it, when a proxy stands before it. */
  readonly publicUrl?: URL | undefined
  /** @param from the address at the other end of the connection */
  readonly fetch: (request: Request, from: string) => Response | Promise<Response>
}

export interface Door extends AsyncDisposable {
  /** `http://127.0.0.1:4319` */
  readonly url: string
  readonly names: Names
}

/** @throws PeerworkError `BAD_OPTION` for a port that is taken or not ours, a name that is none */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const { host, port, names: allowed = [], publicUrl, fetch } = options
  const limits = { headersTimeout: HEAD_MS_MAX, requestTimeout: REQUEST_MS_MAX }
  const more = { maxHeaderSize: HEAD_BYTES_MAX, keepAliveTimeout: IDLE_MS_MAX }
  const listener = getRequestListener(
    (request, { incoming }) => fetch(request, incoming.socket.remoteAddress ?? ''),
    { overrideGlobalObjects: false }
  )
  const server = createServer({ ...limits, ...more }, (request, response) => {
    if (isPlain(request.url) && nameOnce(request)) void listener(request, response)
    else response.writeHead(400, { connection: 'close' }).end()
  })
  // Nothing read and nothing written for so long: a reader that stopped in the middle.
  server.timeout = IDLE_MS_MAX
  new Connections(CONNECTIONS_MAX).guard(server)
  const own = ownNames(host)
  // Before listening: a name that is none opens nothing.
  namesOf({ own, port, allowed, publicUrl })
  await listen(server, host, port)
  const { port: taken } = server.address() as AddressInfo
  const names = namesOf({ own, port: taken, allowed, publicUrl })
  return {
    ...{ url: `http://${hostIn(bracketed(host), 'http') ?? host}:${taken}`, names },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeIdleConnections()
      const late = setTimeout(() => server.closeAllConnections(), CLOSE_MS_MAX)
      await closed
      clearTimeout(late)
    }
  }
}

/** A wildcard stands for every address that this machine has now. */
const ALL: ReadonlySet<string> = new Set(['0.0.0.0', '[::]'])

function ownNames(host: string): readonly string[] {
  const interfaces = Object.values(networkInterfaces()).flatMap((some) => some ?? [])
  const all = ALL.has(hostIn(bracketed(host), 'http') ?? '')
  const addresses = all ? interfaces.map(({ address }) => address) : []
  return [host, 'localhost', '127.0.0.1', '::1', ...addresses]
}

/** `.` and `..` as parts of a path, escaped or not. */
const DOTS = /\/(?:\.|%2e){1,2}(?:[/?#]|$)/i

/**
 * A path from the root, as it stands. Of a whole address the host would be another than `Host`
 * says; and where dots lead, a proxy that lets some paths through may see otherwise (RFC 9112,
 * 3.2; RFC 3986, 5.2.4).
 */
const isPlain = (target = ''): boolean =>
  target.startsWith('/') && !DOTS.test(target.split('?', 1)[0] ?? '')

const HOST = /^host$/i

/**
 * Spell the name that is asked for as everything behind does.
 *
 * @returns false for none or several: a proxy before us may have looked at another
 */
function nameOnce({ headers, rawHeaders }: IncomingMessage): boolean {
  const places = rawHeaders.flatMap((word, at) => (at % 2 === 0 && HOST.test(word) ? [at] : []))
  const [at] = places
  if (at === undefined || places.length > 1) return false
  const host = hostIn(rawHeaders[at + 1] ?? '', 'http')
  if (host !== undefined) {
    rawHeaders[at + 1] = host
    headers.host = host
  }
  return true
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ message }) => {
      reject(new PeerworkError('BAD_OPTION', `cannot listen: ${message}`, { host, port }))
    })
    server.listen(port, host, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })
}
