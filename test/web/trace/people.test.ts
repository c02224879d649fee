import { expect, test } from 'vitest'
import type { Handoff, Span } from '../../../web/src/types.ts'
import { peopleOf } from '../../../web/src/trace/people.ts'

const [ALICE, BOB] = [`12D3Koo${'A'.repeat(45)}`, `12D3Koo${'B'.repeat(45)}`]

const span = (kind: 'agent' | 'key', by: string, more: Partial<Span> = {}): Span => ({
  ...{ trace: 't', span: `${by}${more.startUs}`, source: { kind, by }, kind: 'task', status: 'ok' },
  ...more
})
const handoff = (from: string | null, to: string | null, offeredUs = 5): Handoff => ({
  ...{ trace: 't', id: 'h', mode: 'return-to-caller', from, to, skill: null, status: 'ok' },
  ...{ error: null, offeredUs, acceptedUs: null, endedUs: null },
  split: { totalMs: null, waitingMs: null, workingMs: null, travellingMs: null },
  ...{ bytes: null, tokens: null, cost: null, spans: { giver: null, taker: null } },
  ...{ evidence: { giver: 'sealed', taker: 'sealed' }, disagreements: [] }
})

test('agents that sign are found under their ids, and shown by their names', () => {
  const spans = [
    span('agent', ALICE, { agent: 'alice', startUs: 9 }),
    span('agent', BOB, { agent: BOB, startUs: 1 }),
    span('agent', BOB, { agent: 'bob', startUs: 2 })
  ]
  const people = peopleOf(spans, [handoff(BOB, ALICE)])
  expect(people.all.map(({ name }) => name)).toEqual(['bob', 'alice'])
  expect(people.of(ALICE).name).toBe('alice')
  expect(people.ofSpan(spans[0]!)).toBe(people.of(ALICE))
})

test('who takes the name of another is told apart', () => {
  const spans = [
    span('agent', ALICE, { agent: 'alice', startUs: 1 }),
    span('agent', BOB, { agent: 'alice', startUs: 2 }),
    span('key', 'ci', { agent: 'alice', startUs: 3 })
  ]
  const names = peopleOf(spans, []).all.map(({ name }) => name)
  expect(names[0]).toBe('alice (…AAAAAAAA)')
  expect(new Set(names).size).toBe(3)
})

test('peers without a name go by the end of their id, and nobody is nobody', () => {
  const people = peopleOf([], [handoff(ALICE, null)])
  expect(people.all.map(({ name }) => name)).toEqual(['…AAAAAAAA', 'not told'])
  expect(people.of(undefined).name).toBe('not told')
  expect(people.of('who').name).toBe('who')
})
