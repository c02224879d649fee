import { expect, test, vi } from 'vitest'
import { KnownLog } from '../../../src/observer/collect/known-log.ts'
import { toHex } from '../../../src/protocol/canonical.ts'
import { seal } from '../../../src/protocol/seal.ts'
import { chain } from '../../node/trace/samples.ts'
import { alice } from '../../protocol/samples.ts'
import { Hub } from './hub.ts'

const hub = new Hub()
const known = () => new KnownLog({ by: alice.id, boot: '01'.repeat(8) })

test('what is held and what is missing follows from batches and heads, in any order', () => {
  const log = known()
  const batches = chain()
  const [first, second, third] = [batches.next(10), batches.next(10), batches.next(10)]
  expect(log.add(third)).toBe(true)
  expect([log.missing, log.next]).toEqual([[{ from: 0, to: 20 }], 30])
  expect(log.add(first)).toBe(true)
  expect(log.hear(hub.head(alice, batches.boot, { next: 40 }))).toBe(true)
  expect(log.missing).toEqual([
    { from: 10, to: 20 },
    { from: 30, to: 40 }
  ])
  expect(log.add(second)).toBe(true)
  expect([log.missingCount, log.held, log.broken]).toEqual([10, [{ from: 0, to: 30 }], 0])
  expect(log.tip).toEqual({ first: 20, to: 30, digest: toHex(third.digest) })
})

test('a batch that does not fit the one before it or after it is noticed', () => {
  for (const late of [false, true]) {
    const log = known()
    const [batches, others] = [chain(), chain()]
    const [first, second] = [batches.next(10), batches.next(10)]
    others.next(10, 'task.progress')
    const other = others.next(10)
    const pair = late ? [other, first] : [first, other]
    expect(pair.map((batch) => log.add(batch))).toEqual([true, false])
    expect([log.broken, log.disputes(20, second.digest)]).toEqual([1, !late || true])
  }
})

test('an older head is not news, and neither is one that says the same', () => {
  const log = known()
  const boot = new Uint8Array(8)
  const now = Date.now()
  expect(log.hear(hub.head(alice, boot, { next: 5, issued: now }))).toBe(true)
  expect(log.hear(hub.head(alice, boot, { next: 4, issued: now - 1 }))).toBe(false)
  expect(log.hear(hub.head(alice, boot, { next: 5, issued: now + 1, tailed: true }))).toBe(false)
  expect(log.head?.body).toMatchObject({ next: 5, tailed: true })
  expect(log.issued).toBe(now + 1)
})

test('events with a hole beside each cost no more the more there are', () => {
  const log = known()
  const sort = vi.spyOn(Array.prototype, 'sort')
  const toSorted = vi.spyOn(Array.prototype, 'toSorted')
  const batches = chain()
  for (let at = 0; at < 20; at++) {
    batches.next(1)
    log.add(batches.next(1))
  }
  expect([log.held.length, sort.mock.calls.length, toSorted.mock.calls.length]).toEqual([20, 0, 0])
  vi.restoreAllMocks()
})

test('a producer that leaves a hole beside each event is held in so many pieces', () => {
  const log = known()
  const { events } = chain().next(1).body
  log.hold(Array.from({ length: 8_191 }, (_, nth) => ({ from: nth * 2, to: nth * 2 + 1 })))
  const takes = (first: number): boolean => log.takes({ first, events })
  expect([takes(1), takes(90_000)]).toEqual([true, true])
  log.hold([{ from: 50_000, to: 50_001 }])
  expect(log.held).toHaveLength(8_192)
  expect([takes(1), takes(90_000)]).toEqual([true, false])
})

test('a head keeps no more of what it came with than itself', () => {
  const log = known()
  const { body, bytes, digest } = hub.head(alice, new Uint8Array(8), { next: 1 })
  const chunk = Buffer.alloc(64 * 1024)
  chunk.set(bytes)
  log.hear({ body, bytes: chunk.subarray(0, bytes.length), digest })
  expect(log.head?.bytes).toEqual(new Uint8Array(bytes))
  expect(log.head?.bytes.buffer.byteLength).toBeLessThan(1_024)
})

test('a batch that does not fit is counted once, however often it comes', () => {
  const log = known()
  const batches = chain()
  const first = batches.next(10)
  const { body } = batches.next(10)
  const wrong = seal('batch', { ...body, prev: new Uint8Array(32).fill(9) }, alice)
  expect(log.add(first)).toBe(true)
  expect([log.add(wrong), log.add(wrong), log.add(first)]).toEqual([false, true, true])
  expect([log.broken, log.heldCount]).toEqual([1, 20])
})
