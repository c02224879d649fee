import { once } from 'node:events'
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { Connections } from '../../src/gateway/connections.ts'

const ended = (socket: Socket | undefined): Promise<void> =>
  new Promise((resolve) => void socket?.resume().once('close', () => resolve()))
const answered = (socket: Socket | undefined): Promise<void> =>
  new Promise((resolve) => void socket?.once('data', () => resolve()))

/** Room for four; answers `/now` at once, and the others when it is told to. */
async function guarded() {
  const owed: ServerResponse[] = []
  const server = createServer((request, response) => {
    if (request.url === '/now') response.end('now')
    else owed.push(response)
  })
  new Connections(4).guard(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const dial = async (from = '127.0.0.1'): Promise<Socket> => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from })
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    return socket
  }
  const ask = async (socket: Socket, path: string): Promise<void> => {
    const before = owed.length
    socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
    if (path === '/now') await answered(socket)
    else await expect.poll(() => owed.length).toBe(before + 1)
  }
  return { dial, ask, owed }
}

test('who holds connections and asks nothing makes room for who asks', async () => {
  const { dial, ask } = await guarded()
  const held: Socket[] = []
  for (let at = 0; at < 4; at++) held.push(await dial('127.0.0.2'))
  // Half a head is nothing asked.
  for (const socket of held) socket.write('GET / HTTP/1.1\r\nHost: a\r\nX: ')
  const over = ended(held[0])
  await ask(await dial(), '/now')
  await over
  expect(held.slice(1).map((socket) => socket.destroyed)).toEqual([false, false, false])
})

test('of those that wait, it is one of whoever has the most', async () => {
  const { dial, ask } = await guarded()
  const first = await dial('127.0.0.3')
  await ask(first, '/now')
  const many = [await dial('127.0.0.2'), await dial('127.0.0.2'), await dial('127.0.0.2')]
  const over = ended(many[0])
  await ask(await dial('127.0.0.4'), '/now')
  await over
  await ask(first, '/now')
})

test('who is owed an answer keeps its place, and one more is turned away', async () => {
  const { dial, ask, owed } = await guarded()
  const asking: Socket[] = []
  for (let at = 0; at < 4; at++) {
    const socket = await dial()
    await ask(socket, '/later')
    asking.push(socket)
  }
  await ended(await dial())
  expect(asking.some((socket) => socket.destroyed)).toBe(false)
  const over = answered(asking[0])
  owed[0]?.end('done')
  await over
  await ask(await dial(), '/now')
})
