/**
 * `/healthz` and `/metrics` over HTTP, for the machine's own monitoring.
 *
 * It listens on loopback alone and takes only a loopback name in `Host`, so that no web page can
 * read it by giving its own name the address 127.0.0.1 (DNS rebinding). It changes nothing and is
 * read without a password, so it tells what an operator's dashboard needs: counts, states and
 * reasons; no inputs, no keys.
 */

import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PeerworkError } from '../../protocol/errors.ts'
import type { AgentStatus } from '../api.ts'
import type { Finding } from './finding.ts'
import { healthOf } from './health.ts'
import { CONTENT_TYPE } from './prometheus.ts'

const HOST = '127.0.0.1'
/** Connections at once, count: a scraper, a probe and a person. */
const CONNECTIONS_MAX = 16
/** A whole request, ms: it has no body, and comes from this machine. */
const REQUEST_MS_MAX = 5_000
/** A request's head, bytes. */
const HEAD_BYTES_MAX = 8 * 1024
/** How long a scraper may keep its connection, ms: two of its usual intervals. */
const IDLE_MS_MAX = 120_000

export interface MetricsInit {
  /** 0: any free port. */
  readonly port: number
  readonly status: () => Promise<AgentStatus>
  /** The page of `/metrics`. */
  readonly metrics: () => Promise<string>
  readonly log: { warn(facts: object, message: string): void }
}

export interface MetricsServer extends AsyncDisposable {
  /** `http://127.0.0.1:9464` */
  readonly url: string
}

/** @throws PeerworkError `BAD_OPTION` when the port is taken or not ours to take */
export async function serveMetrics(init: MetricsInit): Promise<MetricsServer> {
  const limits = { requestTimeout: REQUEST_MS_MAX, headersTimeout: REQUEST_MS_MAX }
  const more = { maxHeaderSize: HEAD_BYTES_MAX, keepAliveTimeout: IDLE_MS_MAX }
  const server = createServer({ ...limits, ...more }, (request, response) => {
    void reply(request, response, init)
  })
  server.maxConnections = CONNECTIONS_MAX
  await listen(server, init.port)
  server.on('error', (error) => init.log.warn({ why: error.message }, 'metrics server failed'))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${HOST}:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    }
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ message }) => {
      reject(new PeerworkError('BAD_OPTION', `metrics: cannot listen: ${message}`, { port }))
    })
    server.listen(port, HOST, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })
}

async function reply(
  request: IncomingMessage,
  response: ServerResponse,
  init: MetricsInit
): Promise<void> {
  const send = (code: number, type: string, body: string): void => {
    const headers = {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(code === 405 && { allow: 'GET' }),
      // Of what was refused, a body may follow that nobody reads.
      ...(code === 405 && { connection: 'close' })
    }
    response.writeHead(code, headers).end(body)
  }
  const text = (code: number, body: string): void => send(code, 'text/plain', `${body}\n`)
  try {
    const path = request.url?.split('?')[0]
    if (!isLoopback(request.headers.host)) return text(403, 'ask for 127.0.0.1 or localhost')
    if (request.method !== 'GET') return text(405, 'only GET')
    if (path === '/metrics') return send(200, CONTENT_TYPE, await init.metrics())
    if (path === '/healthz') {
      const status = await init.status()
      const code = status.state === 'down' ? 503 : 200
      return send(code, 'application/json', `${JSON.stringify(healthJson(status))}\n`)
    }
    return text(404, 'there are /healthz and /metrics')
  } catch (error) {
    init.log.warn({ why: (error as Error).message }, 'metrics request failed')
    if (response.headersSent) response.destroy()
    else text(500, 'this agent has a fault of its own; its log says more')
  }
}

/** Names that lead here and nowhere else. */
function isLoopback(host: string | undefined): boolean {
  return host !== undefined && /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i.test(host)
}

function healthJson({ state, info, peers, findings }: AgentStatus): object {
  const reasons = healthOf(findings).reasons.map(({ code, level, why, hint }: Finding) => {
    return { code, level, why, hint }
  })
  const { id, name, network, version, started } = info
  return { status: state, reasons, agent: { id, name, network, version, started }, peers }
}
