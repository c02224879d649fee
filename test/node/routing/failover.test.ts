import { expect, test } from 'vitest'
import {
  acceptMsFor,
  goesOn,
  isClosed,
  LEFT_MS_MIN,
  turnedDown
} from '../../../src/node/routing/failover.ts'

test('a task goes on after refusals and losses, not after what lies in the work', () => {
  for (const code of [
    'PEER_LOST',
    'BUSY',
    'SHUTTING_DOWN',
    'NOT_ADMITTED',
    'SKILL_CRASHED'
  ] as const) {
    expect(goesOn(code)).toBe(true)
  }
  for (const code of ['INPUT_INVALID', 'SKILL_FAILED', 'BUDGET_EXCEEDED', 'CANCELED'] as const) {
    expect(goesOn(code)).toBe(false)
  }
})

test('what may have run under this key is not run again elsewhere', () => {
  expect([goesOn('REPLAYED'), goesOn('INTERRUPTED')]).toEqual([false, false])
})

test('a peer has seconds to accept, more for a large input, and never the time of the next', () => {
  expect(acceptMsFor(100, 60_000)).toBe(3_002)
  expect(acceptMsFor(6_400_000, 600_000)).toBe(103_000)
  expect(acceptMsFor(100, 2_000)).toBe(1_000)
  expect(acceptMsFor(100, 10)).toBe(LEFT_MS_MIN)
})

test('what was turned down has run nowhere; who is closed stays so, who is full does not', () => {
  expect([turnedDown('NOT_ADMITTED'), turnedDown('BUSY'), turnedDown('PEER_LOST')]).toEqual([
    ...[true, true, false]
  ])
  expect([isClosed('NOT_ADMITTED'), isClosed('BUSY')]).toEqual([true, false])
})
