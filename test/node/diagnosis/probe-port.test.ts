import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { probePort } from '../../../src/node/diagnosis/probe-port.ts'
import { createRawHost } from '../../helpers/raw-host.ts'

async function serverThat(behaves: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    sockets.push(socket)
    behaves(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

test('a libp2p host returns the greeting: open', async () => {
  await using host = await createRawHost()
  const port = Number(/tcp\/(\d+)/.exec(host.address)?.[1])
  expect(await probePort('127.0.0.1', port)).toBe('open')
})

test('a port where nobody listens is closed', async () => {
  expect(await probePort('127.0.0.1', 9)).toBe('closed')
})

test.for([
  ['a server that hangs up', (socket: Socket) => socket.end()],
  ['a web server', (socket: Socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['one that sends without end', (socket: Socket) => socket.write(Buffer.alloc(1_000_000))]
] as const)('%s is foreign', async ([, behaves]) => {
  expect(await probePort('127.0.0.1', await serverThat(behaves))).toBe('foreign')
})

test('one that accepts and says nothing is foreign as soon as time is up', async () => {
  const port = await serverThat(() => undefined)
  expect(await probePort('127.0.0.1', port, AbortSignal.timeout(100))).toBe('foreign')
})
