import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createServer, request } from 'node:http'
import { once } from 'node:events'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AgentStatus } from '../../../src/node/api.ts'
import { fail, pass, warn } from '../../../src/node/diagnosis/finding.ts'
import { serveMetrics } from '../../../src/node/diagnosis/metrics-server.ts'
import type { MetricsServer } from '../../../src/node/diagnosis/metrics-server.ts'
import { STATUS } from '../control-double.ts'

let status: AgentStatus
let server: MetricsServer
const warnings: string[] = []
const log = { warn: (_: object, message: string) => void warnings.push(message) }

beforeEach(async () => {
  status = STATUS
  server = await serveMetrics({
    ...{ port: 0, log },
    status: () => Promise.resolve(status),
    metrics: () => Promise.resolve('peerwork_peers 2\n')
  })
})
afterEach(() => server[Symbol.asyncDispose]())

interface Answer {
  readonly code: number
  readonly type: string
  readonly body: string
}

/** `fetch` would not send a `Host` of our choice. */
async function ask(path: string, method = 'GET', host?: string): Promise<Answer> {
  const headers = host === undefined ? {} : { host }
  const asking = request(new URL(path, server.url), { method, headers }).end()
  const [response] = (await once(asking, 'response')) as [import('node:http').IncomingMessage]
  let body = ''
  for await (const part of response) body += String(part)
  return { code: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body }
}

test('metrics come as the text format of Prometheus', async () => {
  expect(await ask('/metrics')).toEqual({
    ...{ code: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: 'peerwork_peers 2\n' }
  })
})

test.for([
  ['ok', 200, [pass('PEERS', 'two')], []],
  ['degraded', 200, [warn('PEERS', 'none, because …')], ['PEERS']],
  ['down', 503, [fail('HOME', 'full'), pass('CLOCK', 'fine')], ['HOME']]
] as const)(
  'healthz of an agent that is %s answers %i',
  async ([state, code, findings, reasons]) => {
    status = { ...STATUS, state, findings }
    const answer = await ask('/healthz')
    expect([answer.code, answer.type]).toEqual([code, 'application/json'])
    const body = JSON.parse(answer.body) as { status: string; reasons: { code: string }[] }
    expect(body.status).toBe(state)
    expect(body.reasons.map((reason) => reason.code)).toEqual(reasons)
  }
)

test.for([
  'evil.example',
  'evil.example:9464',
  '127.0.0.1.evil.example',
  '10.0.0.1',
  'a@localhost'
])('a page that gives the name %s to this machine learns nothing', async (host) => {
  const { code, body } = await ask('/metrics', 'GET', host)
  expect(code).toBe(403)
  expect(body).not.toContain('peers')
})

test.for(['localhost', 'LOCALHOST:1', '[::1]:9464', '127.0.0.1'])('%s is here', async (host) => {
  expect((await ask('/metrics', 'GET', host)).code).toBe(200)
})

test.for(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is refused', async (method) => {
  expect((await ask('/metrics', method)).code).toBe(405)
})

test('there is nothing else, and a query does not matter', async () => {
  expect((await ask('/')).code).toBe(404)
  expect((await ask('/healthz?now')).code).toBe(200)
})

test('a fault of the agent is an answer of 500 without its words', async () => {
  await server[Symbol.asyncDispose]()
  const broken = () => Promise.reject(new Error('secret path'))
  server = await serveMetrics({ port: 0, log, status: broken, metrics: broken })
  const { code, body } = await ask('/metrics')
  expect([code, body.includes('secret')]).toEqual([500, false])
  expect(warnings).toContain('metrics request failed')
})

test('a head that is too large ends the connection', async () => {
  const { port } = new URL(server.url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(`GET /metrics HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(64 * 1024)}\r\n\r\n`)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^HTTP\/1.1 431/)
  socket.destroy()
})

test('more connections than it serves are hung up on', async () => {
  const { port } = new URL(server.url)
  const sockets = Array.from({ length: 20 }, () => connect(Number(port), '127.0.0.1'))
  for (const socket of sockets) socket.on('error', () => undefined)
  await Promise.all(sockets.slice(16).map((socket) => once(socket, 'close')))
  expect(sockets.slice(0, 16).every(({ destroyed }) => !destroyed)).toBe(true)
  for (const socket of sockets) socket.destroy()
})

test('a port that is taken is a wrong option', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const init = {
    port,
    log,
    status: () => Promise.resolve(status),
    metrics: () => Promise.resolve('')
  }
  await expect(serveMetrics(init)).rejects.toMatchObject({ code: 'BAD_OPTION', facts: { port } })
  other.close()
})
