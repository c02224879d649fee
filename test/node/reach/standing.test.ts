import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { PortSeen } from '../../../src/node/diagnosis/dial-back.ts'
import { ownAddresses, portOf, Standing } from '../../../src/node/reach/standing.ts'

const OWN = '192.168.1.5'
const OUTSIDE = '44.0.0.101'
let changes: number
let asked: string[]
let answer: PortSeen['state'] | Error
let standing: Standing

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'], now: 0 })
  changes = 0
  asked = []
  answer = 'silent'
  standing = new Standing({
    clock: { elapsed: () => performance.now() },
    port: () => 4001,
    own: () => new Set([OWN, '127.0.0.1']),
    look: (peer) => {
      asked.push(peer)
      if (answer instanceof Error) return Promise.reject(answer)
      return Promise.resolve({ state: answer, from: `/ip4/${peer === 'lan' ? OWN : OUTSIDE}` })
    },
    changed: () => changes++
  })
})
afterEach(() => {
  standing.stop()
  vi.useRealTimers()
})

test('nobody has told: unknown; seen at an own address: open, until a firewall shows', async () => {
  expect(standing.verdict).toBe('unknown')
  standing.seen('lan', OWN)
  expect([standing.verdict, changes]).toEqual(['open', 1])
  await vi.advanceTimersByTimeAsync(1_500)
  expect(asked).toEqual(['lan'])
  expect([standing.verdict, changes]).toEqual(['closed', 2])
})

test('seen at a foreign address: closed at once, and open when somebody gets through', async () => {
  standing.seen('lan', OWN)
  standing.seen('far', OUTSIDE)
  expect(standing.verdict).toBe('closed')
  expect(standing.forwarded).toEqual([])
  answer = 'open'
  await vi.advanceTimersByTimeAsync(1_500)
  expect(asked[0]).toBe('far')
  expect(standing.verdict).toBe('open')
  expect(standing.forwarded).toEqual([`/ip4/${OUTSIDE}/tcp/4001`])
  standing.left('far')
  expect([standing.verdict, standing.forwarded]).toEqual(['open', []])
})

test('three peers are asked, and again only when their answer is old', async () => {
  for (let n = 0; n < 10; n++) standing.seen(`peer-${n}`, OUTSIDE)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked).toHaveLength(3)
  await vi.advanceTimersByTimeAsync(20 * 60_000)
  expect(asked.length).toBeGreaterThan(3)
  expect(asked.length).toBeLessThanOrEqual(9)
})

test('a peer that does not look says nothing about us', async () => {
  answer = new Error('too many ports')
  standing.seen('lan', OWN)
  await vi.advanceTimersByTimeAsync(1_500)
  expect(standing.verdict).toBe('open')
})

test('on one machine nobody is asked', async () => {
  standing.seen('here', '127.0.0.1')
  await vi.advanceTimersByTimeAsync(1_500)
  expect([asked, standing.verdict]).toEqual([[], 'open'])
})

test('the port is that of the first address, and own addresses are those of interfaces', () => {
  expect(portOf(['/ip4/127.0.0.1/tcp/4001', '/ip4/10.0.0.1/tcp/4002'])).toBe(4001)
  expect(portOf([])).toBeUndefined()
  expect(ownAddresses().has('127.0.0.1')).toBe(true)
})
