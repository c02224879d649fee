import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileHosts } from '../../src/tasks/address-guard.ts'
import { createHttpAgents, exchange } from '../../src/tasks/http-exchange.ts'
import type { FetchRequest } from '../../src/tasks/sandbox-messages.ts'

let server: Server
let base: string
let connections = 0
let open = 0
const urls: string[] = []
const agents = createHttpAgents()
beforeAll(async () => {
  server = createServer((request, response) => {
    urls.push(`${request.method} ${request.url}`)
    if (request.url === '/away') return void response.writeHead(302, { location: '/' }).write('…')
    if (request.url === '/early') return void response.end('enough')
    const { headers } = request
    void text(request).then((body) => response.end(JSON.stringify({ ...headers, body })))
  }).listen(0, '127.0.0.1')
  server.on('connection', (socket) => {
    connections++
    open++
    socket.on('close', () => open--)
  })
  await once(server, 'listening')
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  agents.close()
  server.closeAllConnections()
  server.close()
})

const ask = (request: Partial<FetchRequest>, hosts: string[] = [base.slice(7)], body?: Readable) =>
  exchange({
    request: {
      type: 'fetch',
      task: 't',
      call: 0,
      method: 'GET',
      url: base,
      headers: [],
      body: false,
      redirect: 'follow',
      ...request
    },
    body,
    hosts: compileHosts(hosts),
    agents,
    signal: new AbortController().signal
  })

/** A body that begins and has no end. */
function endless(): Readable {
  const body = new Readable({ read: () => undefined })
  body.push('beginning')
  return body
}

describe('an exchange', () => {
  it('speaks for itself: connection headers of the skill do not count', async () => {
    const headers: [string, string][] = [
      ['host', 'bank.test'],
      ['transfer-encoding', 'chunked'],
      ['accept-encoding', 'gzip'],
      ['x-own', '1']
    ]
    const answer = await ask({ headers })
    const seen = JSON.parse(await text(answer.body)) as Record<string, string>
    expect(seen).toMatchObject({
      host: base.slice(7),
      'accept-encoding': 'identity',
      'x-own': '1',
      'user-agent': 'peerwork'
    })
    expect(seen['transfer-encoding']).toBeUndefined()
  })

  it.each(['POST', 'DELETE', 'OPTIONS', 'GET'])(
    'sends a %s as one request, whatever the skill says of its length',
    async (method) => {
      urls.length = 0
      const content = 'abcGET /second HTTP/1.1\r\nHost: internal.test\r\n\r\n'
      const headers: [string, string][] = [
        ['Content-Length', '3'],
        ['expect', '100-continue'],
        ['connection', 'upgrade'],
        ['upgrade', 'websocket'],
        ['proxy-authorization', 'x'],
        ['proxy-connection', 'keep-alive'],
        ['trailer', 'x'],
        ['te', 'trailers']
      ]
      const answer = await ask({ method, headers }, undefined, Readable.from([content]))
      const seen = JSON.parse(await text(answer.body)) as Record<string, string>
      expect(seen).toMatchObject({ body: content, 'transfer-encoding': 'chunked' })
      const mine = headers.map(([name]) => name.toLowerCase()).filter((name) => name in seen)
      expect(mine).toEqual(['connection'])
      expect(seen['connection']).toBe('keep-alive')
      await text((await ask({ url: `${base}/next` })).body)
      expect(urls).toEqual([`${method} /`, 'GET /next'])
    }
  )

  it.each(['CONNECT', 'trace', 'TRACK'])('does not know the method %s', async (method) => {
    urls.length = 0
    await expect(ask({ method })).rejects.toMatchObject({ code: 'SKILL_FAILED' })
    expect(urls).toEqual([])
  })

  it('closes the connection of an answer that nobody will read', async () => {
    await expect(ask({ url: `${base}/away`, redirect: 'error' })).rejects.toThrow('a redirect')
    await expect(ask({ url: `${base}/away`, method: 'PUT' }, undefined, endless())).rejects.toThrow(
      'cannot be sent again'
    )
    await text((await ask({})).body)
    await expect.poll(() => open).toBeLessThan(2)
  })

  it('closes the connection of a request that never ends once it is answered', async () => {
    const method = 'POST'
    const answer = await ask({ url: `${base}/early`, method }, undefined, endless())
    expect(await text(answer.body)).toBe('enough')
    await expect.poll(() => open).toBeLessThan(2)
  })

  it('keeps connections open between requests', async () => {
    const before = connections
    for (let n = 0; n < 5; n++) await text((await ask({})).body)
    expect(connections - before).toBeLessThan(3)
  })

  it('connects to nobody that is not declared', async () => {
    const before = connections
    await expect(ask({}, ['example.org'])).rejects.toMatchObject({
      code: 'HOST_DENIED',
      facts: { host: base.slice(7) }
    })
    await expect(ask({ url: 'nonsense' })).rejects.toMatchObject({ code: 'HOST_DENIED' })
    expect(connections).toBe(before)
  })

  it('does not show the fragment of a URL', async () => {
    const answer = await ask({ url: `${base}/#secret` })
    expect(answer.url).toBe(`${base}/`)
    await text(answer.body)
  })
})
