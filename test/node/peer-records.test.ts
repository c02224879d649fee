import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { PeerId } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { peerIdFromString } from '@libp2p/peer-id'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../src/node/clock.ts'
import { ephemeralSecret } from '../../src/node/key-file.ts'
import { LOOK_EVERY, RECORDS_MAX } from '../../src/node/peer-records.ts'
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

const known = async (): Promise<string[]> =>
  (await left.host.peerStore.all()).map(({ id }) => id.toString())

/** Somebody is named to the host, as multicast, identify and failed dials do. */
async function name(peer: PeerId): Promise<void> {
  await left.host.peerStore.merge(peer, { multiaddrs: [multiaddr('/ip4/127.0.0.1/tcp/9')] })
}

async function nameStrangers(count: number): Promise<PeerId[]> {
  const strangers = Array.from({ length: count }, () => {
    return peerIdFromString(ephemeralSecret(systemClock).identity.id)
  })
  for (const stranger of strangers) await name(stranger)
  return strangers
}

/** Small enough to be cut from a shared block, bytes. */
const SMALL = 2_048

/** Bytes outside of the heap that are still needed. They are freed some time after the heap. */
async function held(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  let least = Infinity
  for (let look = 0; look < 5; look++) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 20))
    least = Math.min(least, process.memoryUsage().arrayBuffers)
  }
  return least
}

/** Identify is over: the host knows what the other side speaks. */
const acquainted = async (): Promise<boolean> => {
  const peers = await left.host.peerStore.all()
  return peers.some(({ id, protocols }) => id.toString() === right.id && protocols.length > 0)
}

test('of endless strangers only the last ones are remembered', async () => {
  const strangers = await nameStrangers(3 * RECORDS_MAX)
  const kept = await known()
  expect(kept.length).toBeGreaterThanOrEqual(RECORDS_MAX)
  expect(kept.length).toBeLessThanOrEqual(RECORDS_MAX + LOOK_EVERY)
  expect(kept).toContain(strangers.at(-1)?.toString())
  expect(kept).not.toContain(strangers[0]?.toString())
})

test('who is connected is remembered, however many come by', async () => {
  await left.dial(right.address)
  await until('identified', acquainted)
  await nameStrangers(2 * RECORDS_MAX)
  expect(await acquainted()).toBe(true)
  expect((await left.host.peerStore.get(left.host.peerId)).protocols).not.toEqual([])
})

test('who leaves after a long time is told of, although others come', async () => {
  await left.dial(right.address)
  const { pubsub } = left.host.services
  await until('gossip knows', () => pubsub.getPeers().length === 1)
  const [first] = await nameStrangers(RECORDS_MAX + LOOK_EVERY - 1)
  const flood = nameStrangers(LOOK_EVERY)
  await right[Symbol.asyncDispose]()
  await until('gossip heard', () => pubsub.getPeers().length === 0)
  await flood
  await nameStrangers(LOOK_EVERY)
  expect(await known()).not.toContain(first?.toString())
  expect(await known()).toContain(right.id)
})

test('a stranger costs its own bytes, and no block that small buffers share', async () => {
  await nameStrangers(10)
  const before = await held()
  for (let n = 0; n < 100; n++) {
    await nameStrangers(1)
    // Each of them in a block of its own.
    for (let rest = Buffer.poolSize; rest > 0; rest -= SMALL) Buffer.allocUnsafe(SMALL)
  }
  expect(((await held()) - before) / 100).toBeLessThan(Buffer.poolSize / 4)
})

test('what is deleted is forgotten, and can come again', async () => {
  const [stranger] = await nameStrangers(1)
  if (stranger === undefined) throw new Error('nobody came')
  await left.host.peerStore.delete(stranger)
  expect(await known()).not.toContain(stranger.toString())
  await name(stranger)
  expect(await known()).toContain(stranger.toString())
})
