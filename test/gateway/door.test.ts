import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { openDoor } from '../../src/gateway/door.ts'
import { ask } from './observed.ts'

const hello = () => new Response('hello')

async function dial(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

async function raw(url: string, request: string): Promise<string> {
  const socket = await dial(url)
  socket.end(request)
  return text(socket)
}

test('a port that is taken is told as such', async () => {
  await using first = await openDoor({ host: '127.0.0.1', port: 0, fetch: hello })
  const port = Number(new URL(first.url).port)
  await expect(openDoor({ host: '127.0.0.1', port, fetch: hello })).rejects.toMatchObject({
    code: 'BAD_OPTION',
    facts: { port }
  })
})

test('the names by which it is asked have its port; others count as given', async () => {
  const names = ['Traces.Example.com']
  await using door = await openDoor({ host: '127.0.0.1', port: 0, names, fetch: hello })
  const { port } = new URL(door.url)
  const own = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`)
  expect([...door.names.hosts].toSorted()).toEqual([...own, 'traces.example.com'].toSorted())
})

test('a wildcard is asked by any address of this machine, and by no other name', async () => {
  await using door = await openDoor({ host: '0.0.0.0', port: 0, fetch: hello })
  const { port } = new URL(door.url)
  expect(door.names.hosts.has(`127.0.0.1:${port}`)).toBe(true)
  expect(door.names.hosts.has(`evil.example:${port}`)).toBe(false)
})

test('a head that is too large, or no HTTP, is refused without reaching a route', async () => {
  let reached = 0
  const fetch = () => {
    reached++
    return hello()
  }
  await using door = await openDoor({ host: '127.0.0.1', port: 0, fetch })
  const large = `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`
  expect(await raw(door.url, large)).toMatch(/^HTTP\/1\.1 431 /)
  expect(await raw(door.url, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  expect(await raw(door.url, 'GET / HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  const smuggled =
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n'
  expect(await raw(door.url, `${smuggled}\r\n0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /)
  const twice = 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n'
  expect(await raw(door.url, twice)).toMatch(/^HTTP\/1\.1 400 /)
  expect(reached).toBe(0)
  expect((await ask(door.url)).text).toBe('hello')
})

test('closing lets answers on their way end, and then waits for nobody', async () => {
  const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>()
  const { promise: answer, resolve } = Promise.withResolvers<void>()
  let asking = 0
  const door = await openDoor({
    ...{ host: '127.0.0.1', port: 0 },
    fetch: () => {
      if (++asking === 2) isAsked()
      return answer.then(hello)
    }
  })
  const open = await dial(door.url)
  const hanging = await dial(door.url)
  for (const socket of [open, hanging]) socket.resume()
  hanging.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n')
  const one = ask(door.url)
  await asked
  const closed = door[Symbol.asyncDispose]()
  resolve()
  expect((await one).text).toBe('hello')
  await closed
  for (const socket of [open, hanging]) if (!socket.destroyed) await once(socket, 'close')
  await expect(ask(door.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('a request whose target is no plain path is refused without reaching a route', async () => {
  let reached = 0
  const fetch = () => {
    reached++
    return hello()
  }
  await using door = await openDoor({ host: '127.0.0.1', port: 0, fetch })
  const ask1 = (target: string) =>
    raw(door.url, `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  const others = ['http://evil.example/api', '*', 'a', '/a/../b', '/a/%2e%2E/b', '/./b', '/a/..']
  for (const target of [...others, '/a/.%2e', '/..?x', '/%2e']) {
    expect(await ask1(target)).toMatch(/^HTTP\/1\.1 400 /)
  }
  expect(reached).toBe(0)
  for (const target of ['/a..b', '/...', '/a?b=/../c', '/.well-known']) {
    expect(await ask1(target)).toMatch(/^HTTP\/1\.1 200 /)
  }
})
