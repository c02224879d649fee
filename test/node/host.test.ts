import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { until } from '../helpers/processes.ts'
import { createRawHost } from '../helpers/raw-host.ts'
import type { RawHost } from '../helpers/raw-host.ts'

let left: RawHost
let right: RawHost
beforeEach(async () => {
  ;[left, right] = await Promise.all([createRawHost(), createRawHost()])
})
afterEach(async () => {
  await left[Symbol.asyncDispose]()
  await right[Symbol.asyncDispose]()
})

test('the id of the host is the id of the agent', async () => {
  const connection = await left.dial(right.address)
  expect(connection.remotePeer.toString()).toBe(right.identity.id)
})

test('an address that claims another id is not connected to', async () => {
  const third = await createRawHost()
  await third[Symbol.asyncDispose]()
  const lie = right.address.replace(right.id, third.id)
  await expect(left.dial(lie)).rejects.toThrow(Error)
})

test('the host dials what it was told to, and nothing that peers claim', async () => {
  await expect(left.host.dial(right.host.getMultiaddrs())).rejects.toThrow(Error)
  await left.dial(right.address)
  const other = await createRawHost()
  try {
    // Identify has told left where right listens; that alone opens no door to a third.
    await right.dial(other.address)
    await expect(left.host.dial(other.host.peerId)).rejects.toThrow(Error)
  } finally {
    await other[Symbol.asyncDispose]()
  }
})

test('two dials of one address at once both succeed', async () => {
  const [one, two] = await Promise.all([left.dial(right.address), left.dial(right.address)])
  expect([one.status, two.status]).toEqual(['open', 'open'])
})

test('after a dial its address is closed again', async () => {
  const connection = await left.dial(right.address)
  await connection.close()
  await until('closed', () => left.host.getConnections().length === 0)
  await expect(left.host.dial(right.host.getMultiaddrs())).rejects.toThrow(Error)
})

/** A stranger's bare connection to a host; `gone` resolves when it is hung up on. */
async function knock(host: RawHost): Promise<{ socket: Socket; gone: Promise<void> }> {
  const [, port] = /tcp\/(\d+)/.exec(host.address) ?? []
  const socket = connect(Number(port), '127.0.0.1')
  const gone = new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
  })
  socket.on('error', () => undefined)
  socket.resume()
  await new Promise<void>((resolve) => {
    socket.once('connect', () => resolve())
  })
  return { socket, gone }
}

test('whoever connects and says nothing is hung up on', { timeout: 30_000 }, async () => {
  const { gone } = await knock(right)
  const begin = performance.now()
  await gone
  // A handshake may take 15 s: on a machine that is full, honest ones do.
  expect(performance.now() - begin).toBeLessThan(20_000)
})

test('a prefix that never ends costs the stranger its connection', async () => {
  const { socket, gone } = await knock(right)
  for (let n = 0; n < 100 && !socket.destroyed; n++) {
    socket.write(Buffer.alloc(1_000, 0x80))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await gone
  await left.dial(right.address)
})
