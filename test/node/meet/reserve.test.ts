import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PEERS_WANTED, Reserve } from '../../../src/node/meet/reserve.ts'

const state = { peers: 0, enough: PEERS_WANTED, known: 0, dialing: 0, elapsed: 0 }
let dialled: string[]
let reserve: Reserve

beforeEach(() => {
  vi.useFakeTimers()
  Object.assign(state, { peers: 0, enough: PEERS_WANTED, known: 0, dialing: 0, elapsed: 0 })
  dialled = []
  reserve = new Reserve({
    clock: { elapsed: () => state.elapsed, chance: () => 0 },
    peers: () => state.peers,
    enough: () => state.enough,
    known: () => state.known,
    dialing: () => state.dialing,
    dial: (key) => void dialled.push(key)
  })
})
afterEach(() => {
  reserve.stop()
  vi.useRealTimers()
})

test('while peers are missing, nobody is kept; with enough, everybody is', () => {
  state.peers = PEERS_WANTED - 1
  expect(reserve.keeps('a')).toBe(false)
  state.peers = PEERS_WANTED
  expect(reserve.keeps('a')).toBe(true)
})

test('whom a task wants is not kept, however many there are', () => {
  state.peers = PEERS_WANTED * 2
  reserve.want('a')
  expect(reserve.keeps('a')).toBe(false)
  reserve.forget('a')
  expect(reserve.keeps('a')).toBe(true)
})

test('as many are dialled as are missing, few at once, each once', () => {
  state.peers = PEERS_WANTED
  for (const key of ['a', 'b', 'c']) reserve.keeps(key)
  reserve.refill()
  expect(dialled).toEqual([])
  state.peers = PEERS_WANTED - 1
  reserve.refill()
  expect(dialled).toHaveLength(1)
  state.peers = 0
  reserve.refill()
  reserve.refill()
  expect(dialled.toSorted()).toEqual(['a', 'b', 'c'])
})

test('those that are being dialled leave room for few more; others come later', async () => {
  state.dialing = 3
  expect(reserve.keeps('a')).toBe(false)
  state.dialing = 4
  expect(reserve.keeps('a')).toBe(true)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(dialled).toEqual([])
  state.dialing = 0
  await vi.advanceTimersByTimeAsync(1_000)
  expect(dialled).toEqual(['a'])
})

test('of more than are wanted half are dialled, then one every two seconds', () => {
  state.known = PEERS_WANTED + 1
  for (let n = 0; n < PEERS_WANTED / 2; n++) {
    expect(reserve.keeps(`first ${n}`)).toBe(false)
    reserve.spend(100)
  }
  expect(reserve.keeps('another')).toBe(true)
  state.elapsed += 2_000
  expect(reserve.keeps('a later one')).toBe(false)
  // Where everybody can know everybody, nobody waits.
  state.elapsed -= 2_000
  state.known = PEERS_WANTED
  expect(reserve.keeps('one of few')).toBe(false)
})

test('nobody is dialled any more once it is stopped', async () => {
  state.dialing = 4
  reserve.keeps('a')
  reserve.stop()
  state.dialing = 0
  await vi.advanceTimersByTimeAsync(1_000)
  expect(dialled).toEqual([])
})

test('any one can be named, and stays', () => {
  state.peers = PEERS_WANTED
  expect(reserve.any()).toBeUndefined()
  reserve.keeps('a')
  expect(reserve.any()).toBe('a')
  expect(reserve.any()).toBe('a')
})

test('whoever wants more gets them, and without hurry only what is more than that', () => {
  Object.assign(state, { peers: PEERS_WANTED, known: 40 })
  for (let n = 0; n < 20; n++) reserve.keeps(String(n))
  reserve.refill()
  expect(dialled).toEqual([])
  state.enough = 90
  for (let n = 0; n < 5; n++) reserve.refill()
  expect(dialled).toHaveLength(20)
})
