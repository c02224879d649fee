import { expect, test } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import { KeyRing, KEYS_MAX } from '../../../src/node/content/key-ring.ts'
import { ALICE, BOB } from '../control-double.ts'

const trace = (n: number): string => n.toString(16).padStart(32, '0')
const open = (): KeyRing => new KeyRing(systemClock.random)

test('a flood of fresh traces drives out its own keys, and nobody else loses one', () => {
  const ring = open()
  for (let n = 1; n <= 100; n++) ring.keyFor(trace(n), ALICE)
  const flood = KEYS_MAX * 2
  for (let n = 1; n <= flood; n++) ring.keyFor(trace(1_000 + n), BOB)
  for (let n = 1; n <= 100; n++) expect(ring.keyOf(trace(n)), `${n}`).toHaveLength(32)
  expect(ring.keyOf(trace(1_001))).toBeUndefined()
  expect(ring.keyOf(trace(1_000 + flood))).toHaveLength(32)
})

test('of one requester the oldest key goes first, overwritten, and is not made again', () => {
  const ring = open()
  const first = ring.keyFor(trace(1), ALICE)
  for (let n = 2; n <= KEYS_MAX; n++) ring.keyFor(trace(n), ALICE)
  expect(ring.keyOf(trace(1))).toBe(first)
  ring.keyFor(trace(0), ALICE)
  expect(ring.keyOf(trace(1))).toBeUndefined()
  expect(first?.every((byte) => byte === 0)).toBe(true)
  expect(ring.keyFor(trace(1), ALICE)).toBeUndefined()
  expect(ring.keyOf(trace(2))).toHaveLength(32)
})

test('who floods cannot take along a trace that it shares with somebody', () => {
  const ring = open()
  const shared = ring.keyFor(trace(1), BOB)
  ring.keyFor(trace(2), BOB)
  expect(ring.keyFor(trace(1), ALICE)).toBe(shared)
  for (let n = 3; n <= KEYS_MAX + 100; n++) ring.keyFor(trace(n), BOB)
  expect(ring.keyOf(trace(1))).toBe(shared)
  expect(ring.keyOf(trace(2))).toBeUndefined()
})

test('what was dropped stays dropped through any flood, and so does all at once', () => {
  const ring = open()
  const key = ring.keyFor(trace(1), ALICE)
  ring.drop(trace(1))
  ring.drop(trace(2))
  expect(key?.every((byte) => byte === 0)).toBe(true)
  const flood = 4 * KEYS_MAX
  for (let n = 3; n <= flood; n++) ring.keyFor(trace(n), BOB)
  expect(ring.keyFor(trace(1), ALICE)).toBeUndefined()
  expect(ring.keyFor(trace(2), ALICE)).toBeUndefined()
  ring.drop()
  expect(ring.keyOf(trace(flood))).toBeUndefined()
  expect(ring.keyFor(trace(flood), BOB)).toBeUndefined()
  expect(ring.keyFor('ab'.repeat(16), BOB)).toHaveLength(32)
})
