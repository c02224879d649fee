import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { KnownPeer } from '../../../src/node/peers.ts'
import { Relays } from '../../../src/node/reach/relays.ts'
import { createLogs } from '../../../src/node/logger.ts'
import { identityFromSeed } from '../../../src/protocol/identity.ts'

const idOf = (seed: number): string => identityFromSeed(new Uint8Array(32).fill(seed)).id
const [ONE = '', TWO = '', THREE = '', PLAIN = ''] = [1, 2, 3, 4].map(idOf)

let peers: KnownPeer[]
let asked: { at: number; relay: string }[]
let kept: string[]
let released: string[]
let changes: number
let refuses: boolean
let relays: Relays

/** A connected peer, as much of it as is looked at. */
function peer(id: string, { relay = true, relayed = false, inbound = false } = {}): KnownPeer {
  const through = relayed ? `/p2p/${PLAIN}/p2p-circuit` : ''
  const remoteAddr = multiaddr(`/ip4/44.0.0.1/tcp/4001${through}/p2p/${id}`)
  const connection = { remoteAddr, direction: inbound ? 'inbound' : 'outbound' }
  const addresses = ['/ip4/44.0.0.1/tcp/4001', '/ip4/192.168.0.1/tcp/4001']
  return { id, name: id.slice(-3), addresses, card: { relay }, connection } as unknown as KnownPeer
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'], now: 0 })
  peers = [peer(ONE), peer(TWO), peer(THREE), peer(PLAIN, { relay: false })]
  asked = []
  kept = []
  released = []
  changes = 0
  refuses = false
  relays = new Relays({
    // Chance at its end: every pause is its longest.
    clock: { now: () => performance.now(), chance: () => 1 },
    log: createLogs({ level: 'silent', rooms: {} }, 'test')('node'),
    reserve: (relay) => {
      asked.push({ at: performance.now(), relay })
      return refuses ? Promise.reject(new Error('full')) : Promise.resolve([])
    },
    peers: () => peers,
    keep: (_relay, address) => {
      kept.push(address)
      return true
    },
    release: (relay) => released.push(relay),
    changed: () => changes++
  })
})
afterEach(() => {
  relays.stop()
  vi.useRealTimers()
})
const soon = () => vi.advanceTimersByTimeAsync(1)
const names = (): string[] => asked.map(({ relay }) => relay)

test('who can be dialled asks nobody; who cannot asks two that relay', async () => {
  relays.consider()
  await soon()
  expect(asked).toEqual([])
  relays.want(true)
  await soon()
  expect(names()).toEqual([ONE, TWO])
  const at = `/ip4/44.0.0.1/tcp/4001/p2p/`
  expect(relays.addresses).toEqual([`${at}${ONE}/p2p-circuit`, `${at}${TWO}/p2p-circuit`])
  expect(kept).toEqual([`${at}${ONE}`, `${at}${TWO}`])
  expect(changes).toBe(2)
})

test('a named relay is asked in any case, once it says that it relays', async () => {
  peers = [peer(PLAIN, { relay: false })]
  relays.name(PLAIN)
  await soon()
  expect(asked).toEqual([])
  peers = [peer(PLAIN)]
  relays.consider()
  await soon()
  expect(names()).toEqual([PLAIN])
})

test('nobody is a relay that is itself behind one', async () => {
  peers = [peer(ONE, { relayed: true })]
  relays.want(true)
  await soon()
  expect(asked).toEqual([])
})

test('of a relay that came to us, only what is believed of its word is told', async () => {
  peers = [peer(ONE, { inbound: true })]
  relays.want(true)
  await soon()
  expect(relays.addresses).toEqual([`/ip4/44.0.0.1/tcp/4001/p2p/${ONE}/p2p-circuit`])
})

test('a relay that refuses is asked again, more and more rarely, and says why', async () => {
  peers = [peer(ONE)]
  refuses = true
  relays.want(true)
  await vi.advanceTimersByTimeAsync(120_000)
  const pauses = asked.map(({ at }, n) => at - (asked[n - 1]?.at ?? 0))
  expect(pauses.slice(0, 7)).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000])
  expect(relays.uses).toEqual([{ relay: ONE, state: 'refused', since: 0, error: 'full' }])
  expect([relays.addresses, changes]).toEqual([[], 0])
})

test('a relay that went away is asked as soon as it is back, or another in its place', async () => {
  relays.want(true)
  await soon()
  peers = peers.filter(({ id }) => id !== ONE)
  relays.consider()
  await soon()
  expect(names()).toEqual([ONE, TWO, THREE])
  expect(relays.addresses.some((address) => address.includes(ONE))).toBe(false)
  peers = [peer(ONE)]
  relays.consider()
  await soon()
  await vi.runOnlyPendingTimersAsync()
  expect(names().at(-1)).toBe(ONE)
})

test('a relay that does not come back is let go after ten minutes, and not before', async () => {
  relays.want(true)
  await soon()
  peers = peers.filter(({ id }) => id !== ONE && id !== TWO)
  relays.consider()
  await soon()
  await vi.advanceTimersByTimeAsync(300_000)
  peers.push(peer(TWO))
  relays.consider()
  await vi.advanceTimersByTimeAsync(301_000)
  expect(released).toEqual([ONE])
})

test('a reservation that ended while the link stayed is had again at once', async () => {
  peers = [peer(ONE)]
  relays.want(true)
  await soon()
  relays.lost(ONE)
  await new Promise((resolve) => setImmediate(resolve))
  await soon()
  expect(names()).toEqual([ONE, ONE])
  expect(relays.uses).toMatchObject([{ relay: ONE, state: 'reserved' }])
})
