import { expect, test } from 'vitest'
import type { Handoff } from '../../../web/src/types.ts'
import { edgesOf } from '../../../web/src/trace/topology/edges.ts'

let count = 0
const handoff = (to: string | null, ms: number | null, more: Partial<Handoff> = {}): Handoff => ({
  ...{ trace: 't', id: `h${++count}`, mode: 'return-to-caller', from: 'a', to, skill: null },
  ...{ status: 'ok', error: null, offeredUs: 1, acceptedUs: null, endedUs: null },
  split: { totalMs: ms, waitingMs: null, workingMs: null, travellingMs: null },
  ...{ bytes: null, tokens: null, cost: null, spans: { giver: null, taker: null } },
  ...{ evidence: { giver: 'claimed', taker: 'missing' }, disagreements: [] },
  ...more
})

test('each way is counted, with its p95, its cost and its failures, the busiest first', () => {
  const twenty = Array.from({ length: 20 }, (_, n) => handoff('b', n + 1, { cost: 0.1 }))
  const few = [
    handoff('c', null, { status: 'error' }),
    handoff('c', null, { status: 'rejected' }),
    handoff('c', null, { status: 'canceled' }),
    handoff('c', null, { status: 'accepted' })
  ]
  const [busy, other] = edgesOf([...few, ...twenty])
  expect(busy).toMatchObject({ to: 'b', count: 20, failures: 0, open: 0, p95Ms: 19 })
  expect(busy?.cost).toBeCloseTo(2, 9)
  expect(other).toMatchObject({ to: 'c', count: 4, failures: 2, open: 1, p95Ms: null, cost: null })
})

test('ends that nobody told are one place, and names do not run into each other', () => {
  const two = [handoff(null, 1), handoff(null, 1)]
  expect(edgesOf(two)).toMatchObject([{ from: 'a', to: '', count: 2 }])
  const alike = [handoff('b c', 1), handoff('c', 1, { from: 'a b' })]
  expect(edgesOf(alike)).toHaveLength(2)
})
