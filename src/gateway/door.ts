/** The listening end: loopback, bounded, and closed in bounded time. */

import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { getRequestListener } from '@hono/node-server'
import { PeerworkError } from '../protocol/errors.ts'

/** Connections at once, count: SDKs of twenty machines, some browsers, a scraper. */
const CONNECTIONS_MAX = 200
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
  readonly fetch: (request: Request) => Response | Promise<Response>
}

export interface Door extends AsyncDisposable {
  /** `http://127.0.0.1:4319` */
  readonly url: string
  /** Names by which one may ask. */
  readonly hosts: ReadonlySet<string>
}

/** @throws PeerworkError `BAD_OPTION` when the port is taken or not ours to take */
export async function openDoor({ host, port, names = [], fetch }: DoorOptions): Promise<Door> {
  const limits = { headersTimeout: HEAD_MS_MAX, requestTimeout: REQUEST_MS_MAX }
  const more = { maxHeaderSize: HEAD_BYTES_MAX, keepAliveTimeout: IDLE_MS_MAX }
  const listener = getRequestListener(fetch, { overrideGlobalObjects: false })
  const server = createServer({ ...limits, ...more }, (request, response) => {
    // Of two names, a proxy before us may have looked at the other.
    const named = request.rawHeaders.filter((word, at) => at % 2 === 0 && HOST.test(word))
    if (named.length === 1) void listener(request, response)
    else response.writeHead(400, { connection: 'close' }).end()
  })
  server.maxConnections = CONNECTIONS_MAX
  await listen(server, host, port)
  const { port: taken } = server.address() as AddressInfo
  const shown = host.includes(':') ? `[${host}]` : host
  return {
    url: `http://${shown}:${taken}`,
    hosts: hostsOf(shown, taken, names),
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

function hostsOf(shown: string, port: number, names: readonly string[]): ReadonlySet<string> {
  const interfaces = Object.values(networkInterfaces()).flatMap((some) => some ?? [])
  const addresses = interfaces.map(({ address, family }) =>
    family === 'IPv6' ? `[${address}]` : address
  )
  const own = [shown, 'localhost', '127.0.0.1', '[::1]', ...(ALL.has(shown) ? addresses : [])]
  // Browsers leave out the usual port.
  const bare = port === HTTP_PORT ? own : []
  return new Set([...own.map((name) => `${name}:${port}`), ...bare, ...names.map(lower)])
}

const HOST = /^host$/i
const HTTP_PORT = 80
const lower = (name: string): string => name.toLowerCase()

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
