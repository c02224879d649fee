import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RememberedPeers } from '../../../src/node/reach/remembered.ts'
import { identityFromSeed } from '../../../src/protocol/identity.ts'

const idOf = (seed: number): string =>
  identityFromSeed(new Uint8Array(32).fill(1).fill(seed, 30)).id
const [ALICE, BOB] = [idOf(1), idOf(2)]
const AT = '/ip4/10.0.0.1/tcp/4001'
const DAY_MS = 24 * 60 * 60_000

let home: string
let now: number
const clock = { now: () => now }
const file = (): string => join(home, 'peers.json')

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'peerwork-remembered-'))
  now = 100 * DAY_MS
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(home, { recursive: true, force: true })
})

test('peers that were reached are there after a restart, the newest first', () => {
  const first = new RememberedPeers(home, clock)
  first.reached(ALICE, AT)
  now += 1
  first.reached(BOB, '/ip4/10.0.0.2/tcp/4001')
  first.reached(BOB, '/ip4/10.0.0.3/tcp/4001')
  first.close()
  expect(new RememberedPeers(home, clock).all()).toEqual([
    { id: BOB, addresses: ['/ip4/10.0.0.3/tcp/4001', '/ip4/10.0.0.2/tcp/4001'], at: now },
    { id: ALICE, addresses: [AT], at: now - 1 }
  ])
  expect(statSync(file()).mode & 0o777).toBe(0o600)
})

test('many changes are one write, a moment later', async () => {
  const peers = new RememberedPeers(home, clock)
  for (let n = 0; n < 100; n++) peers.reached(ALICE, AT)
  expect(() => readFileSync(file())).toThrow('ENOENT')
  await vi.advanceTimersByTimeAsync(2_000)
  expect(readFileSync(file(), 'utf8')).toContain(ALICE)
})

test('who was not reached for a month is forgotten', () => {
  const peers = new RememberedPeers(home, clock)
  peers.reached(ALICE, AT)
  peers.close()
  now += 29 * DAY_MS
  expect(new RememberedPeers(home, clock).all()).toHaveLength(1)
  now += 2 * DAY_MS
  expect(new RememberedPeers(home, clock).all()).toEqual([])
})

test('sixty-four peers with four addresses each are kept, the oldest goes', () => {
  const peers = new RememberedPeers(home, clock)
  for (let n = 0; n < 70; n++) {
    now++
    for (let host = 1; host < 9; host++) peers.reached(idOf(n), `/ip4/10.0.0.${host}/tcp/1`)
  }
  const all = peers.all()
  expect(all).toHaveLength(64)
  expect(all[0]?.addresses).toHaveLength(4)
  expect(all.some(({ id }) => id === idOf(0))).toBe(false)
})

test('a damaged file is no reason not to start, and of a strange one the good part counts', () => {
  writeFileSync(file(), '{"peers": [')
  expect(new RememberedPeers(home, clock).all()).toEqual([])
  const good = { id: ALICE, addresses: [AT, '/ip4/169.254.169.254/tcp/80'], at: now }
  const bad = [null, 7, {}, { ...good, id: 'nobody' }, { ...good, at: now + 1 }]
  writeFileSync(file(), JSON.stringify({ peers: [...bad, { ...good, addresses: [] }, good] }))
  expect(new RememberedPeers(home, clock).all()).toEqual([{ ...good, addresses: [AT] }])
})

test('a home that cannot be written to is told of, and nothing else comes of it', () => {
  const errors: Error[] = []
  const peers = new RememberedPeers(join(home, 'gone'), clock, (error) => errors.push(error))
  peers.reached(ALICE, AT)
  peers.close()
  expect(errors).toHaveLength(1)
  const nowhere = new RememberedPeers(undefined, clock)
  nowhere.reached(ALICE, AT)
  expect(nowhere.all()).toHaveLength(1)
})
