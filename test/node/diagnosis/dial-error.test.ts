import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { PeerworkError } from '../../../src/protocol/errors.ts'
import { explainDial } from '../../../src/node/diagnosis/dial-error.ts'
import { createRawHost } from '../../helpers/raw-host.ts'

/** What a real libp2p host fails with at an address. */
async function faultAt(address: string, act?: () => void) {
  await using host = await createRawHost()
  try {
    act?.()
    await host.dial(address)
    throw new Error('it was reached')
  } catch (error) {
    return explainDial(error)
  }
}

async function serverThat(behaves: (socket: Socket) => void): Promise<string> {
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
  return `/ip4/127.0.0.1/tcp/${(server.address() as AddressInfo).port}`
}

test('a port where nobody listens is closed', async () => {
  expect(await faultAt('/ip4/127.0.0.1/tcp/9')).toMatchObject({
    reason: 'refused',
    why: 'the port is closed: nobody listens there'
  })
})

test('a host that hangs up did so in the handshake', async () => {
  const address = await serverThat((socket) => socket.end())
  expect((await faultAt(address)).reason).toBe('turned-away')
})

test('a web server is no agent', async () => {
  const address = await serverThat((socket) => {
    socket.on('data', () => socket.write(`HTTP/1.1 400 Bad Request\r\n\r\n${' '.repeat(200)}`))
  })
  expect((await faultAt(address)).reason).toBe('no-agent')
})

test('somebody else at the address is told apart', async () => {
  await using one = await createRawHost()
  await using other = await createRawHost()
  const lie = one.address.replace(one.id, other.id)
  expect((await faultAt(lie)).reason).toBe('other-peer')
})

test('a refusal inside other errors is found, with its code', () => {
  const refusal = new PeerworkError('NOT_A_MEMBER', 'you are no member')
  const nested = new AggregateError([new Error('x', { cause: refusal })], 'all dials failed')
  expect(explainDial(nested)).toEqual({
    ...{ reason: 'turned-away', why: 'you are no member', refusal }
  })
})

test.for([
  [Object.assign(new Error('connect'), { code: 'EHOSTUNREACH' }), 'no-route'],
  [new Error('getaddrinfo ENOTFOUND nowhere.invalid'), 'no-name'],
  [new Error('The operation was aborted due to timeout'), 'silent'],
  [new Error('Can not dial self'), 'self'],
  [new Error('something new'), 'other'],
  ['not even an error', 'other']
] as const)('%s is %s', ([error, reason]) => {
  expect(explainDial(error).reason).toBe(reason)
})

test('of several addresses, one on this machine says least', () => {
  const failed = (code: string, where: string): Error =>
    Object.assign(new Error(`connect ${code} ${where}`), { code })
  const here = [failed('ECONNREFUSED', '127.0.0.1:4001'), failed('ECONNREFUSED', '::1:4001')]
  const there = failed('ETIMEDOUT', '192.168.1.20:4001')
  const reasonOf = (...errors: Error[]): string => explainDial(new AggregateError(errors)).reason
  expect(reasonOf(...here, there)).toBe('silent')
  expect(reasonOf(...here)).toBe('refused')
  expect(reasonOf(failed('ECONNREFUSED', '192.168.1.20:4001'), there)).toBe('refused')
})
