import type { Connection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLogs } from '../../../src/node/logger.ts'
import type { KnownPeer } from '../../../src/node/peers.ts'
import { Upgrade } from '../../../src/node/reach/upgrade.ts'
import { identityFromSeed } from '../../../src/protocol/identity.ts'

const [RELAY, PEER = ''] = [1, 2].map((seed) => identityFromSeed(new Uint8Array(32).fill(seed)).id)
const THROUGH = `/ip4/44.0.0.1/tcp/4001/p2p/${RELAY}/p2p-circuit/p2p/${PEER}`
const MIB = 1024 * 1024

/** A connection as far as it is looked at here. */
class Link extends EventTarget {
  readonly remoteAddr
  readonly limits: { bytes: bigint; readonly seconds: number } | undefined
  direction = 'outbound'
  status = 'open'

  constructor(address: string) {
    super()
    this.remoteAddr = multiaddr(address)
    this.limits = address === THROUGH ? { bytes: BigInt(64 * MIB), seconds: 900_000 } : undefined
  }

  close(): Promise<void> {
    this.status = 'closed'
    this.dispatchEvent(new Event('close'))
    return Promise.resolve()
  }
}

let link: Link
let current: Link
let addresses: string[]
let punches: number
let dials: (readonly string[])[]
let succeeds: boolean
let busy: boolean
let upgrade: Upgrade

const known = (): KnownPeer =>
  ({ id: PEER, addresses, connection: current }) as unknown as KnownPeer

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
    now: 0
  })
  link = new Link(THROUGH)
  current = link
  addresses = ['/ip4/192.168.1.1/tcp/4001']
  punches = 0
  dials = []
  succeeds = false
  busy = false
  const arrive = (address: string): Promise<Connection> => {
    if (!succeeds) return Promise.reject(new Error('silence'))
    current = new Link(address)
    return Promise.resolve(current as unknown as Connection)
  }
  upgrade = new Upgrade({
    log: createLogs({ level: 'silent', rooms: {} }, 'test')('node'),
    peer: () => known(),
    dial: (to) => {
      dials.push(to)
      return arrive(to[0] ?? '')
    },
    punch: () => {
      punches++
      return arrive(`/ip4/44.0.0.102/tcp/5000/p2p/${PEER}`)
    },
    busy: () => busy,
    elapsed: () => performance.now()
  })
})
afterEach(() => {
  upgrade.stop()
  vi.useRealTimers()
})

test('a punch is tried at once, after half a minute, after five, and no more', async () => {
  upgrade.watch(known())
  upgrade.watch(known())
  await vi.advanceTimersByTimeAsync(10)
  expect(punches).toBe(1)
  await vi.advanceTimersByTimeAsync(30_000)
  expect(punches).toBe(2)
  await vi.advanceTimersByTimeAsync(600_000)
  expect(punches).toBe(3)
})

test('an address in the open is dialled first, and a private one never', async () => {
  addresses.push('/ip4/44.0.0.103/tcp/4001')
  upgrade.watch(known())
  await vi.advanceTimersByTimeAsync(10)
  expect(dials).toEqual([[`/ip4/44.0.0.103/tcp/4001/p2p/${PEER}`]])
  expect(punches).toBe(1)
})

test('the relayed link is closed when there is a direct one and nothing runs', async () => {
  succeeds = true
  busy = true
  upgrade.watch(known())
  await vi.advanceTimersByTimeAsync(20_000)
  expect([punches, link.status]).toEqual([1, 'open'])
  busy = false
  await vi.advanceTimersByTimeAsync(2_000)
  expect(link.status).toBe('closed')
  await vi.advanceTimersByTimeAsync(600_000)
  expect(punches).toBe(1)
})

test('a link is renewed before its life is over', async () => {
  upgrade.watch(known())
  await vi.advanceTimersByTimeAsync(670_000)
  expect(dials).toEqual([])
  succeeds = true
  await vi.advanceTimersByTimeAsync(10_000)
  expect(dials).toEqual([[THROUGH]])
  expect(link.status).toBe('closed')
})

test('a link is renewed before its bytes are used up', async () => {
  upgrade.watch(known())
  await vi.advanceTimersByTimeAsync(4_000)
  expect(dials).toEqual([])
  link.limits!.bytes = BigInt(10 * MIB)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(dials).toEqual([[THROUGH]])
})

test('who was dialled dials back where the other side is in the open', async () => {
  link.direction = 'inbound'
  addresses.push('/ip4/44.0.0.103/tcp/4001')
  succeeds = true
  upgrade.watch(known())
  await vi.advanceTimersByTimeAsync(60_000)
  expect(dials).toEqual([[`/ip4/44.0.0.103/tcp/4001/p2p/${PEER}`]])
  // The side that dialled the relayed link is the one that closes it.
  expect([punches, link.status]).toEqual([0, 'open'])
})

test('who was dialled leaves it to the other side, and a direct link needs nothing', async () => {
  link.direction = 'inbound'
  upgrade.watch(known())
  current = new Link(`/ip4/44.0.0.102/tcp/5000/p2p/${PEER}`)
  upgrade.watch(known())
  await vi.advanceTimersByTimeAsync(60_000)
  expect([punches, dials]).toEqual([0, []])
})
