import { expect, test } from 'vitest'
import type { Handoff } from '../../../web/src/types.ts'
import { messagesOf } from '../../../web/src/trace/sequence/messages.ts'
import { rowAt, topsOf } from '../../../web/src/trace/sequence/heights.ts'

const handoff = (n: number, more: Partial<Handoff> = {}): Handoff => ({
  ...{ trace: 't', id: `h${n}`, mode: 'return-to-caller', from: 'a', to: 'b', skill: 's' },
  ...{ status: 'ok', error: null, offeredUs: n * 100, acceptedUs: null, endedUs: n * 100 + 50 },
  split: { totalMs: null, waitingMs: null, workingMs: null, travellingMs: null },
  ...{ bytes: null, tokens: null, cost: null, spans: { giver: null, taker: null } },
  ...{ evidence: { giver: 'claimed', taker: 'missing' }, disagreements: [] },
  ...more
})
const told = (handoffs: Handoff[], open: string | null = null): string[] =>
  messagesOf(handoffs, open).map(({ key, from, to }) => `${key} ${from}${to}`)

test('messages of handoffs at the same time stand in the order of time', () => {
  const one = handoff(1, { acceptedUs: 110, endedUs: 500 })
  const other = handoff(2, { to: 'c', endedUs: null, status: 'accepted' })
  expect(told([other, one])).toEqual([
    ...['offer h1 ab', 'accepted h1 ba', 'offer h2 ac', 'result h1 ba']
  ])
})

test('three alike in a row are one, until it is opened; a failure never hides in it', () => {
  const four = [handoff(1), handoff(2), handoff(3), handoff(4, { status: 'error' })]
  expect(told(four)).toEqual(['fold h1 ab', 'offer h4 ab', 'result h4 ba'])
  expect(told(four, 'h1')).toHaveLength(8)
  expect(told(four, 'all')).toHaveLength(8)
  expect(told(four.slice(0, 2))).toHaveLength(4)
})

test('a handoff of which no time was told does not lose its order', () => {
  const silent = handoff(1, { offeredUs: null, endedUs: null })
  expect(told([silent, handoff(2, { to: 'c' })])).toEqual([
    ...['offer h2 ac', 'result h2 ca', 'offer h1 ab', 'result h1 ba']
  ])
})

test('the row at a height is found, before the first and after the last too', () => {
  const tops = topsOf([10, 20, 30])
  expect([-5, 0, 9, 10, 29, 30, 59, 600].map((px) => rowAt(tops, px))).toEqual([
    ...[0, 0, 0, 1, 1, 2, 2, 2]
  ])
  expect(rowAt(topsOf([]), 5)).toBe(0)
})
