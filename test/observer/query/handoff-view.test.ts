import { expect, test } from 'vitest'
import type { HandoffPart } from '../../../src/observer/model.ts'
import { viewHandoff } from '../../../src/observer/query/handoff-view.ts'

const base = { trace: 'ab'.repeat(16), id: 'h' }
const giver: HandoffPart = {
  ...{ ...base, side: 'giver', source: { kind: 'agent', by: 'bob' }, from: 'bob', to: 'alice' },
  ...{ mode: 'return-to-caller', offeredUs: 1_000_000, acceptedUs: 1_010_000, endedUs: 1_500_000 },
  ...{ status: 'ok', bytes: 9, cost: 0.5 }
}
// A clock an hour ahead: only differences within it count.
const hour = 3_600_000_000
const taker: HandoffPart = {
  ...{ ...base, side: 'taker', source: { kind: 'agent', by: 'alice' }, status: 'ok', bytes: 9 },
  ...{ offeredUs: hour, acceptedUs: hour + 1_000, startedUs: hour + 101_000 },
  ...{ endedUs: hour + 401_000, cost: 0.5, tokens: 7 }
}

test('time is split into waiting, working and travelling, whatever the clocks say', () => {
  expect(viewHandoff({ ...base, giver, taker })).toMatchObject({
    ...{ status: 'ok', from: 'bob', to: 'alice', tokens: 7, disagreements: [] },
    split: { totalMs: 500, waitingMs: 100, workingMs: 300, travellingMs: 99 },
    evidence: { giver: 'sealed', taker: 'sealed' }
  })
})

test('a side that is not heard of is missing, and its times are unknown', () => {
  const alone = viewHandoff({ ...base, giver: { ...giver, status: 'offered' } })
  expect(alone.evidence).toEqual({ giver: 'sealed', taker: 'missing' })
  expect(alone.split).toMatchObject({ workingMs: null, travellingMs: null })
  const key = { kind: 'key', by: 'k' } as const
  expect(viewHandoff({ ...base, taker: { ...taker, source: key } })).toMatchObject({
    ...{ status: 'ok', evidence: { giver: 'missing', taker: 'claimed' } }
  })
})

test('offer, acceptance and end stand on one clock, or are not told', () => {
  const both = viewHandoff({ ...base, giver, taker })
  expect(both).toMatchObject({ offeredUs: 1_000_000, acceptedUs: 1_010_000, endedUs: 1_500_000 })
  const { acceptedUs: _, endedUs: __, ...silent } = giver
  const half = viewHandoff({ ...base, giver: silent, taker })
  expect(half).toMatchObject({ offeredUs: 1_000_000, acceptedUs: null, endedUs: null })
  expect(viewHandoff({ ...base, taker })).toMatchObject({
    ...{ offeredUs: hour, acceptedUs: hour + 1_000, endedUs: hour + 401_000 }
  })
})

test('work that was done and never arrived is what the giver says', () => {
  const lost = { ...giver, status: 'error', error: { code: 'PEER_LOST', message: 'gone' } } as const
  const view = viewHandoff({ ...base, giver: lost, taker })
  expect(view).toMatchObject({ status: 'error', error: { code: 'PEER_LOST' } })
  expect(view.disagreements).toEqual(['ended error for the giver and ok for the taker'])
})

test('as long as the giver has not heard, the taker’s word counts', () => {
  const { endedUs: _, ...open } = { ...giver, status: 'accepted' as const }
  expect(viewHandoff({ ...base, giver: open, taker }).status).toBe('ok')
})

test('a cost or a size told differently is found', () => {
  const other = { ...taker, cost: 0.7, bytes: 10 }
  expect(viewHandoff({ ...base, giver, taker: other }).disagreements).toHaveLength(2)
})
