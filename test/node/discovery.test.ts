import type { Connection } from '@libp2p/interface'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/node/clock.ts'
import { Discovery } from '../../src/node/discovery.ts'
import { identityFromSeed } from '../../src/protocol/identity.ts'

// Small ids and large ones, so that it is known who is to dial.
const ids = [1, 2, 3].map((seed) => identityFromSeed(new Uint8Array(32).fill(seed)).id).toSorted()
const [SMALL = '', SELF = '', LARGE = ''] = ids
const ADDRESS = '/ip4/127.0.0.1/tcp/4001'

let dials: { at: number; addresses: readonly string[] }[]
let connected: Set<string>
let fails: boolean
let hangs: boolean
/** Which of the addresses answers; the first one unless set. */
let worked: string | undefined
let discovery: Discovery

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'], now: 0 })
  dials = []
  connected = new Set()
  fails = true
  hangs = false
  worked = undefined
  discovery = new Discovery({
    self: SELF,
    // Chance at its end: every pause is its longest.
    clock: { ...systemClock, chance: () => 1 },
    dial: (addresses) => {
      dials.push({ at: Date.now(), addresses })
      if (hangs) return new Promise(() => undefined)
      if (fails) return Promise.reject(new Error('refused'))
      const id = addresses[0]?.split('/p2p/')[1] ?? LARGE
      const remoteAddr = { toString: () => worked ?? addresses[0] }
      return Promise.resolve({ remotePeer: { toString: () => id }, remoteAddr } as Connection)
    },
    connected: (id) => connected.has(id),
    log: { debug: () => undefined }
  })
})
afterEach(() => {
  discovery.stop()
  vi.useRealTimers()
})

const times = (): number[] => dials.map(({ at }) => at)

test('of two that find each other, the smaller id dials and the other waits', async () => {
  discovery.offer(LARGE, [ADDRESS], 'mdns')
  discovery.offer(SMALL, [ADDRESS], 'mdns')
  await vi.advanceTimersByTimeAsync(700)
  expect(dials.map(({ addresses }) => addresses[0]?.endsWith(LARGE))).not.toContain(false)
  fails = false
  await vi.advanceTimersByTimeAsync(100)
  expect(dials.filter(({ addresses }) => addresses[0]?.endsWith(SMALL))).toEqual([
    { at: 750, addresses: [`${ADDRESS}/p2p/${SMALL}`] }
  ])
})

test('the one that waited does not dial when the other has come meanwhile', async () => {
  discovery.offer(SMALL, [ADDRESS], 'mdns')
  connected.add(SMALL)
  await vi.advanceTimersByTimeAsync(5_000)
  expect(dials).toEqual([])
})

test('nobody dials itself, or nowhere', async () => {
  discovery.offer(SELF, [ADDRESS], 'mdns')
  discovery.offer(LARGE, [], 'peer')
  discovery.keep(`${ADDRESS}/p2p/${SELF}`)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(dials).toEqual([])
})

test('a kept link is tried every few seconds, after a long outage every half minute', async () => {
  discovery.keep(ADDRESS)
  await vi.advanceTimersByTimeAsync(1_000_000)
  const pauses = times().map((at, n) => at - (times()[n - 1] ?? 0))
  expect(pauses.slice(0, 9)).toEqual([0, 60, 120, 240, 480, 960, 1_920, 3_840, 4_000])
  expect(pauses.slice(9, 50)).toEqual(Array.from({ length: 41 }, () => 4_000))
  expect(pauses.slice(-2)).toEqual([30_000, 30_000])
  expect(discovery.sought()).toEqual([
    {
      id: undefined,
      address: ADDRESS,
      via: 'bootstrap',
      error: 'refused',
      apart: expect.any(Number)
    }
  ])
})

test('a bootstrap address needs no id; whoever answers there is kept from then on', async () => {
  fails = false
  discovery.keep(ADDRESS)
  await vi.advanceTimersByTimeAsync(1)
  connected.add(LARGE)
  expect(dials).toEqual([{ at: 0, addresses: [ADDRESS] }])
  connected.delete(LARGE)
  discovery.lost(LARGE, ['/ip4/127.0.0.1/tcp/9'])
  await vi.advanceTimersByTimeAsync(2_000)
  // At the address that was given, not at another that the peer claims.
  expect(dials.at(-1)?.addresses).toEqual([`${ADDRESS}/p2p/${LARGE}`])
})

test('a candidate is forgotten after twelve attempts, mere hearsay after three', async () => {
  discovery.offer(LARGE, [ADDRESS], 'mdns')
  await vi.advanceTimersByTimeAsync(3_600_000)
  expect(dials).toHaveLength(12)
  dials.length = 0
  discovery.offer(SMALL, [ADDRESS], 'peer')
  await vi.advanceTimersByTimeAsync(3_600_000)
  expect(dials).toHaveLength(3)
})

test('a refused peer is tried every half minute if wished for, else not at all', async () => {
  fails = false
  discovery.keep(`${ADDRESS}/p2p/${LARGE}`)
  discovery.offer(SMALL, [ADDRESS], 'peer')
  await vi.advanceTimersByTimeAsync(1)
  dials.length = 0
  const refuse = () => {
    for (const id of [LARGE, SMALL]) discovery.refuse(id, 'another network')
  }
  refuse()
  for (let n = 0; n < 120; n++) {
    const before = dials.length
    await vi.advanceTimersByTimeAsync(1_000)
    if (dials.length > before) refuse()
  }
  expect(times().length).toBeLessThanOrEqual(4)
  expect(dials.every(({ addresses }) => addresses[0]?.endsWith(LARGE))).toBe(true)
})

test('a connection that ends before a card came is tried again, more and more rarely', async () => {
  fails = false
  discovery.keep(`${ADDRESS}/p2p/${LARGE}`)
  for (let second = 0; second < 60; second++) {
    const before = dials.length
    await vi.advanceTimersByTimeAsync(1_000)
    if (dials.length > before) discovery.failed(LARGE, 'it hung up')
  }
  const until = (ms: number): number => times().filter((at) => at < ms).length
  expect(until(10_000)).toBeGreaterThan(3)
  // By then each pause is the longest: 4 s.
  expect(until(60_000) - until(40_000)).toBe(5)
})

test('a peer that was here is tried again at once, whatever failed before', async () => {
  discovery.offer(LARGE, [ADDRESS], 'mdns')
  await vi.advanceTimersByTimeAsync(10_000)
  dials.length = 0
  discovery.lost(LARGE, [ADDRESS])
  await vi.advanceTimersByTimeAsync(260)
  expect(times()).toEqual([10_250])
})

test('news of addresses is added, and never replaces what the operator gave', async () => {
  discovery.keep(`${ADDRESS}/p2p/${LARGE}`)
  discovery.offer(LARGE, ['/ip4/10.0.0.1/tcp/1'], 'mdns')
  await vi.advanceTimersByTimeAsync(1)
  expect(dials[0]?.addresses).toEqual([`${ADDRESS}/p2p/${LARGE}`])
  discovery.offer(SMALL, [ADDRESS], 'peer')
  discovery.offer(SMALL, ['/ip4/10.0.0.1/tcp/1'], 'mdns')
  await vi.advanceTimersByTimeAsync(1)
  expect(dials.at(-1)?.addresses).toEqual([
    ...[`${ADDRESS}/p2p/${SMALL}`, `/ip4/10.0.0.1/tcp/1/p2p/${SMALL}`]
  ])
})

test('a peer that shall be kept at several addresses is looked for at all of them', async () => {
  const other = '/ip4/10.0.0.1/tcp/1'
  discovery.offer(LARGE, bogus(2), 'mdns')
  discovery.keep(`${ADDRESS}/p2p/${LARGE}`)
  discovery.keep(`${other}/p2p/${LARGE}`)
  await vi.advanceTimersByTimeAsync(1)
  expect(dials.at(-1)?.addresses).toEqual([`${other}/p2p/${LARGE}`, `${ADDRESS}/p2p/${LARGE}`])
})

test('nothing is dialled any more once it is stopped', async () => {
  discovery.keep(ADDRESS)
  discovery.offer(SMALL, [ADDRESS], 'mdns')
  await vi.advanceTimersByTimeAsync(1)
  discovery.stop()
  dials.length = 0
  discovery.lost(LARGE, [ADDRESS])
  await vi.advanceTimersByTimeAsync(100_000)
  expect(dials).toEqual([])
})

test('strangers cannot fill the list of candidates, nor push out a wished-for one', async () => {
  discovery.keep(ADDRESS)
  for (let n = 0; n < 3_000; n++) discovery.offer(`stranger-${n}`, [ADDRESS], 'peer')
  await vi.advanceTimersByTimeAsync(1)
  expect(dials.length).toBeLessThanOrEqual(1_024)
  expect(dials.some(({ addresses }) => addresses[0] === ADDRESS)).toBe(true)
})

const bogus = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `/ip4/10.6.6.6/tcp/${n + 1}`)

test.for(['mdns', 'peer'] as const)(
  'bogus addresses from %s do not drive out the one that came first, nor one that has worked',
  async (via) => {
    discovery.offer(LARGE, [ADDRESS], 'mdns')
    discovery.offer(LARGE, bogus(8), via)
    await vi.advanceTimersByTimeAsync(1)
    expect(dials[0]?.addresses).toHaveLength(8)
    expect(dials[0]?.addresses[0]).toBe(`${ADDRESS}/p2p/${LARGE}`)

    fails = false
    worked = '/ip4/10.0.0.7/tcp/7'
    discovery.offer(SMALL, [ADDRESS, worked], 'mdns')
    await vi.advanceTimersByTimeAsync(1_000)
    discovery.offer(SMALL, bogus(8), via)
    discovery.lost(SMALL, [])
    await vi.advanceTimersByTimeAsync(2_000)
    const last = dials.findLast(({ addresses }) => addresses[0]?.endsWith(SMALL))
    expect(last?.at).toBeGreaterThan(1_000)
    expect(last?.addresses[0]).toBe(`${worked}/p2p/${SMALL}`)
  }
)

test('every second attempt begins at another address', async () => {
  discovery.offer(LARGE, [ADDRESS, ...bogus(2)], 'mdns')
  await vi.advanceTimersByTimeAsync(2_000)
  const firsts = dials.map(({ addresses }) => addresses[0]?.split('/p2p/')[0])
  expect(firsts.slice(0, 4)).toEqual([...[ADDRESS, bogus(2)[0], ADDRESS, bogus(2)[1]]])
})

test.for(['mdns', 'peer'] as const)(
  'whoever names many agents by %s makes us dial few addresses a second',
  async (via) => {
    for (let n = 0; n < 500; n++) {
      const informant = via === 'peer' ? `informant-${n % 10}` : undefined
      discovery.offer(`z-stranger-${n}`, bogus(2), via, informant)
    }
    discovery.keep(ADDRESS)
    await vi.advanceTimersByTimeAsync(10_000)
    const dialled = dials.filter(({ addresses }) => addresses[0]?.includes('/p2p/'))
    const connections = dialled.flatMap(({ addresses }) => addresses).length
    expect(connections).toBeGreaterThan(50)
    expect(connections).toBeLessThanOrEqual(32 + 10 * 8)
    // What the operator wished for waits for nobody.
    expect(dials.find(({ addresses }) => addresses[0] === ADDRESS)?.at).toBe(0)
  }
)

test('dials that hang are few at a time', async () => {
  hangs = true
  for (let n = 0; n < 30; n++) discovery.offer(`z-stranger-${n}`, [ADDRESS], 'mdns')
  await vi.advanceTimersByTimeAsync(10_000)
  expect(dials).toHaveLength(12)
})

test('one peer may name only so many that nobody has met', async () => {
  for (let n = 0; n < 200; n++) discovery.offer(`z-${n}`, [ADDRESS], 'peer', 'talker')
  discovery.offer(LARGE, [ADDRESS], 'peer', 'somebody else')
  expect(
    Array.from({ length: 200 }, (_, n) => discovery.viaOf(`z-${n}`)).filter(Boolean)
  ).toHaveLength(64)
  expect(discovery.viaOf(LARGE)).toBe('peer')
})

test('a link that is kept no longer is one like others', async () => {
  discovery.keep(`${ADDRESS}/p2p/${LARGE}`)
  discovery.release(LARGE)
  discovery.release(SMALL)
  await vi.advanceTimersByTimeAsync(1_000_000)
  expect(dials).toHaveLength(12)
  expect(discovery.sought()).toEqual([])
})
