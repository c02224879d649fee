import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileHosts } from '../../src/tasks/address-guard.ts'
import { createHttpAgents, exchange } from '../../src/tasks/http-exchange.ts'
import type { FetchRequest } from '../../src/tasks/sandbox-messages.ts'

let server: Server
let base: string
let connections = 0
const agents = createHttpAgents()
beforeAll(async () => {
  server = createServer((request, response) => {
    response.end(JSON.stringify(request.headers))
  }).listen(0, '127.0.0.1')
  server.on('connection', () => connections++)
  await once(server, 'listening')
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  agents.close()
  server.closeAllConnections()
  server.close()
})

const ask = (request: Partial<FetchRequest>, hosts: string[] = [base.slice(7)]) =>
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
    body: undefined,
    hosts: compileHosts(hosts),
    agents,
    signal: new AbortController().signal
  })

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

  it('keeps connections open between requests', async () => {
    for (let n = 0; n < 5; n++) await text((await ask({})).body)
    expect(connections).toBeLessThan(3)
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
