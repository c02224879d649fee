import type { Connection } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { beforeEach, expect, test } from 'vitest'
import { identityFromSeed } from '../../../src/protocol/identity.ts'
import { Beyond, SEARCH_DIALS_MAX } from '../../../src/node/reach/beyond.ts'
import type { HostParts } from '../../../src/node/reach/parts.ts'

const PROTOCOL = '/test/1'
const NEVER = new AbortController().signal
const ids = Array.from({ length: 120 }, (_, at) => identityFromSeed(new Uint8Array(32).fill(at)).id)
const address = (at: number): string => `/ip4/127.0.0.1/tcp/${4_000 + at}`

let now: number
let dialled: string[]
let broken: boolean
let here: Connection[]
let beyond: Beyond

const stream = { open: true }
const connection = { newStream: () => Promise.resolve(stream) } as unknown as Connection

beforeEach(() => {
  now = 0
  dialled = []
  broken = false
  here = []
  const connectionManager = { getConnections: () => here, getMaxConnections: () => 7 }
  const peerStore = { get: () => Promise.reject(new Error('not known')) }
  beyond = new Beyond({
    parts: { connectionManager, peerStore } as unknown as HostParts,
    elapsed: () => now,
    believe: (addresses) => addresses.filter((one) => one.startsWith('/ip4/127.')),
    reach: async (id) => {
      dialled.push(id)
      await Promise.resolve()
      if (broken) throw new Error('nobody there')
      return connection
    }
  })
  for (const [at, id] of ids.entries()) beyond.heard(id, [address(at)])
})

/** How many of these could be reached. */
async function reach(some: readonly string[], more: object = {}): Promise<number> {
  let reached = 0
  for (const id of some) {
    const opening = beyond.connectionManager.openStream(peerIdFromString(id), PROTOCOL, more)
    await opening.then(
      () => reached++,
      () => undefined
    )
  }
  return reached
}

test('one search dials so many and no more, and its parts count with it', async () => {
  const search = beyond.travelling(SEARCH_DIALS_MAX, NEVER)
  const part = { ...search, signal: AbortSignal.timeout(1_000) }
  expect(await reach(ids.slice(0, 8), search)).toBe(8)
  expect(await reach(ids.slice(8, 20), part)).toBe(SEARCH_DIALS_MAX - 8)
  expect(await reach(ids.slice(20, 22), beyond.travelling(SEARCH_DIALS_MAX, NEVER))).toBe(2)
})

test('all searches together dial so many at once, and then thirty a minute', async () => {
  const search = () => beyond.travelling(1_000, NEVER)
  expect(await reach(ids, search())).toBe(48)
  now += 60_000
  expect(await reach(ids, search())).toBe(30)
})

test('what the table does by itself dials a few', async () => {
  expect(await reach(ids)).toBe(8)
  now += 60_000
  expect(await reach(ids)).toBe(2)
})

test('who cannot be reached is dialled once in a minute, whoever asks', async () => {
  broken = true
  const [first = ''] = ids
  expect(await reach([first, first], beyond.travelling(5, NEVER))).toBe(0)
  expect(dialled).toEqual([first])
  now += 60_000
  await reach([first], beyond.travelling(5, NEVER))
  expect(dialled).toEqual([first, first])
})

test('who was named without an address that is believed is not dialled', async () => {
  const stranger = identityFromSeed(new Uint8Array(32).fill(200)).id
  beyond.heard(stranger, ['/ip4/10.0.0.1/tcp/22'])
  expect(await reach([stranger], beyond.travelling(5, NEVER))).toBe(0)
  expect(dialled).toEqual([])
  const { isDialable } = beyond.connectionManager
  expect(await isDialable(multiaddr('/ip4/10.0.0.1/tcp/22'))).toBe(false)
  expect(await isDialable([multiaddr('/ip4/10.0.0.1/tcp/22'), multiaddr(address(0))])).toBe(true)
})

test('an open connection is used, costs nothing, and is all that a ping goes over', async () => {
  const { connectionManager, connectedOnly } = beyond
  const [first = ''] = ids
  expect(connectionManager.getMaxConnections()).toBe(7)
  await expect(connectedOnly.openStream(peerIdFromString(first), PROTOCOL)).rejects.toThrow(
    'it is not connected'
  )
  here = [connection]
  expect(await connectedOnly.openStream(peerIdFromString(first), PROTOCOL)).toBe(stream)
  expect(await reach(ids, beyond.travelling(0, NEVER))).toBe(ids.length)
  expect(dialled).toEqual([])
})
