import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Workshop } from '../../src/tasks/work.ts'
import { errorOf, openShop, skillFile, submit, valueOf } from './shop.ts'

const PIECE = Buffer.alloc(64 * 1024, 'z')

interface Seen {
  readonly method: string
  readonly headers: Record<string, unknown>
  readonly bytes: number
}

let server: Server
let other: Server
let shop: Workshop
let base: string
let elsewhere: string
const closedEarly: string[] = []

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://x')
  if (url.pathname === '/seen') {
    let bytes = 0
    for await (const part of request) bytes += (part as Buffer).length
    response.setHeader('content-type', 'application/json')
    const { method = '', headers } = request
    response.end(JSON.stringify({ method, headers, bytes } satisfies Seen))
  } else if (url.pathname === '/to') {
    response.writeHead(Number(url.searchParams.get('status') ?? '302'), {
      location: url.searchParams.get('url') ?? ''
    })
    response.end()
  } else if (url.pathname === '/gzip') {
    response.setHeader('content-encoding', 'gzip')
    response.end(gzipSync('unpacked'))
  } else if (url.pathname === '/large') {
    response.on('close', () => closedEarly.push(url.search))
    const pieces = Array.from({ length: Number(url.searchParams.get('pieces')) }, () => PIECE)
    await pipeline(Readable.from(pieces), response).catch(() => undefined)
  } else if (url.pathname === '/strange') {
    request.socket.end('HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n')
  } else if (url.pathname === '/empty') {
    response.writeHead(204).end()
  } else if (url.pathname === '/loop') {
    response.writeHead(302, { location: '/loop' }).end()
  } else if (url.pathname === '/cut') {
    response.writeHead(200, { 'content-length': '100' })
    response.write('part')
    setTimeout(() => response.destroy(), 20)
  } else if (url.pathname !== '/never') response.writeHead(404).end('no')
}

async function listen(): Promise<Server> {
  const started = createServer((request, response) => void answer(request, response))
  started.listen(0, '127.0.0.1')
  await once(started, 'listening')
  return started
}

beforeAll(async () => {
  server = await listen()
  other = await listen()
  const port = (server.address() as AddressInfo).port
  base = `http://127.0.0.1:${port}`
  elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
  const hosts = [`127.0.0.1:${port}`, `127.0.0.1:${new URL(elsewhere).port}`, `localhost:${port}`]
  shop = await openShop([{ file: skillFile('fetches'), config: { hosts } }])
})
afterAll(async () => {
  await shop[Symbol.asyncDispose]()
  for (const open of [server, other]) {
    open.closeAllConnections()
    open.close()
  }
})

const get = async (input: object): Promise<Record<string, unknown>> =>
  valueOf(await submit(shop, 'fetches', input).outcome) as Record<string, unknown>
const fail = async (input: object): Promise<{ code: string; message: string }> =>
  errorOf(await submit(shop, 'fetches', input).outcome)
const seen = async (input: object): Promise<Seen> =>
  JSON.parse((await get(input))['text'] as string) as Seen

describe('ctx.fetch', () => {
  it('answers with a real Response', async () => {
    expect(await get({ url: `${base}/seen` })).toMatchObject({
      status: 200,
      isResponse: true,
      redirected: false,
      url: `${base}/seen`,
      type: 'application/json'
    })
    expect(await get({ url: `${base}/nothing` })).toMatchObject({ status: 404, text: 'no' })
  })

  it('sends method, headers and body', async () => {
    const headers = { authorization: 'Bearer x', 'x-own': 'y' }
    const request = { url: `${base}/seen`, method: 'POST', body: 'hello', headers }
    expect(await seen(request)).toMatchObject({ method: 'POST', bytes: 5, headers })
  })

  it('streams a large body up and a large one down', async () => {
    const up = { url: `${base}/seen`, method: 'POST', body: 'x'.repeat(1000), repeat: 5000 }
    expect((await seen(up)).bytes).toBe(5_000_000)
    const down = await get({ url: `${base}/large?pieces=100`, read: 'length' })
    expect(down['length']).toBe(100 * 64 * 1024)
  })

  it('stops reading from the server when the skill stops', async () => {
    const first = await get({ url: `${base}/large?pieces=100000`, read: 'first' })
    expect(first['first']).toBeGreaterThan(0)
    await expect.poll(() => closedEarly).toContain('?pieces=100000')
  })

  it('stops when the task is over, though the body was not read', async () => {
    await get({ url: `${base}/large?pieces=100001`, read: 'none' })
    await expect.poll(() => closedEarly).toContain('?pieces=100001')
  })

  it('ends with the task when the server never answers', async () => {
    const { outcome } = submit(
      shop,
      'fetches',
      { url: `${base}/never` },
      { budget: { wallMs: 200 } }
    )
    expect(errorOf(await outcome).code).toBe('DEADLINE_EXCEEDED')
  })

  it('unpacks what a server compresses without being asked', async () => {
    expect(await get({ url: `${base}/gzip` })).toMatchObject({ text: 'unpacked' })
  })

  it('understands an answer without a body', async () => {
    expect(await get({ url: `${base}/empty` })).toMatchObject({ status: 204, text: '' })
  })

  it('fails when the connection is cut, or the answer is none', async () => {
    expect(await fail({ url: `${base}/cut` })).toMatchObject({ code: 'SKILL_FAILED' })
    expect(await fail({ url: `${base}/strange` })).toMatchObject({ code: 'SKILL_FAILED' })
  })
})

describe('redirects', () => {
  const to = (url: string, status = 302): string =>
    `${base}/to?status=${status}&url=${encodeURIComponent(url)}`

  it('are followed, and the answer says so', async () => {
    expect(await get({ url: to('/seen') })).toMatchObject({
      redirected: true,
      url: `${base}/seen`
    })
  })

  it('keep credentials at home', async () => {
    const headers = { authorization: 'Bearer x', cookie: 'a=b', 'x-own': 'y' }
    const own = await seen({ url: to('/seen'), headers })
    expect(own.headers).toMatchObject(headers)
    const away = await seen({ url: to(`${elsewhere}/seen`), headers })
    expect(away.headers).toMatchObject({ 'x-own': 'y' })
    expect(Object.keys(away.headers)).not.toContain('authorization')
    expect(Object.keys(away.headers)).not.toContain('cookie')
  })

  it('turn a POST into a GET as browsers do', async () => {
    const post = { url: to('/seen', 303), method: 'POST', body: 'hello' }
    expect(await seen(post)).toMatchObject({ method: 'GET', bytes: 0 })
  })

  it('are judged hop by hop', async () => {
    expect(await fail({ url: to('http://169.254.169.254/latest/meta-data') })).toMatchObject({
      code: 'HOST_DENIED',
      message: expect.stringContaining('169.254.169.254') as string
    })
    expect(await fail({ url: to('file:///etc/passwd') })).toMatchObject({
      code: 'HOST_DENIED',
      message: 'file: only http and https are spoken here'
    })
  })

  it('end after five', async () => {
    expect((await fail({ url: `${base}/loop` })).message).toContain('more than 5 redirects')
  })

  it('can be refused or taken as they are', async () => {
    expect((await fail({ url: to('/seen'), redirect: 'error' })).message).toContain('redirect')
    expect(await get({ url: to('/seen'), redirect: 'manual' })).toMatchObject({ status: 302 })
  })
})

describe('hosts', () => {
  it('reaches a private name that is written out', async () => {
    const url = base.replace('127.0.0.1', 'localhost')
    expect(await get({ url: `${url}/seen` })).toMatchObject({ status: 200 })
  })

  it.each(['http://example.org/', 'ftp://example.org/', 'http://[::1]/'])(
    'does not reach %s undeclared',
    async (url) => {
      const error = await fail({ url })
      expect(error.code).toBe('HOST_DENIED')
    }
  )

  it('does not reach another port, nor send a password in the URL', async () => {
    expect((await fail({ url: 'http://127.0.0.1:1/' })).message).toContain('port 1 is not declared')
    const secret = `${base.replace('//', '//user:pass@')}/seen`
    expect((await fail({ url: secret })).code).not.toBe('completed')
  })

  it('does not reach private addresses through a wildcard, by number or by name', async () => {
    const config = { hosts: ['*'] }
    await using wild = await openShop([{ file: skillFile('fetches'), config }])
    const { port } = new URL(base)
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', 'localhost']) {
      const url = `http://${host}:${port}/seen`
      const outcome = await submit(wild, 'fetches', { url }).outcome
      expect(errorOf(outcome)).toMatchObject({ code: 'HOST_DENIED' })
    }
  })
})
