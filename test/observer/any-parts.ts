/** Parts as producers may tell them, few enough of each that they meet. */

import * as fc from 'fast-check'
import { SPAN_KINDS, SPAN_STATUSES } from '../../src/observer/model.ts'
import type { Fact, HandoffPart, SpanPart } from '../../src/observer/model.ts'
import type { Ingest } from '../../src/observer/store.ts'

const HOUR = 3_600_000_000
const trace = fc.constantFrom('a'.repeat(32), 'b'.repeat(32))
const spanId = fc.constantFrom('1'.repeat(16), '2'.repeat(16), '3'.repeat(16))
const source = fc.constantFrom(
  { kind: 'agent', by: 'p1' } as const,
  { kind: 'agent', by: 'p2' } as const,
  { kind: 'key', by: 'ci' } as const
)
const name = fc.constantFrom('alice', 'bob', 'x')
const count = fc.constantFrom(1, 2, 10)
const maybe = { requiredKeys: [] as [] }
const failure = fc.record({ code: name, message: name })

export const anySpan = (nowUs: number): fc.Arbitrary<SpanPart> => {
  const time = fc.integer({ min: -60, max: 3 }).map((hours) => nowUs + hours * HOUR)
  const fields = fc.record(
    {
      ...{ parent: spanId, name, agent: name, service: name, skill: name, peer: name },
      ...{ kind: fc.constantFrom(...SPAN_KINDS), status: fc.constantFrom(...SPAN_STATUSES) },
      ...{ startUs: time, endUs: time, error: failure, task: trace, waitedMs: count },
      ...{ side: fc.constantFrom('requester', 'executor'), model: name, tool: name },
      tokens: fc.record({ input: count, output: count, cacheRead: count }, maybe),
      cost: fc.constantFrom(0.1, 0.2, 0.7),
      costSource: fc.constantFrom('reported', 'estimated', 'unknown'),
      conversation: name,
      attributes: fc.dictionary(name, fc.oneof(name, count, fc.array(name)))
    },
    maybe
  )
  return fc
    .record({ trace, span: spanId, source, fields })
    .map(({ fields: more, ...key }) => ({ ...more, ...key }))
}

export const anyHandoff = (nowUs: number): fc.Arbitrary<HandoffPart> => {
  const time = count.map((hours) => nowUs - hours * HOUR)
  const status = fc.constantFrom('offered', 'accepted', 'ok', 'error', 'canceled', 'rejected')
  const fields = fc.record(
    {
      ...{ from: name, to: name, offeredUs: time, acceptedUs: time, endedUs: time, status },
      ...{ error: failure, bytes: count, tokens: count, cost: fc.constantFrom(0.1, 0.2) },
      mode: fc.constantFrom('return-to-caller', 'pass-control', 'human')
    },
    maybe
  )
  const side = fc.constantFrom('giver', 'taker')
  return fc
    .record({ trace, id: name, side, source, fields })
    .map(({ fields: more, ...key }) => ({ ...more, ...key }))
}

export const anyFact = (nowUs: number): fc.Arbitrary<Fact> =>
  fc.record({
    ...{ id: fc.constantFrom('p1/0/1', 'p1/0/2', 'p2/0/10', 'free'), source },
    ...{ atUs: count.map((hours) => nowUs - hours * HOUR), type: name, trace, span: spanId },
    body: fc.dictionary(name, count)
  })

/** Entries of one part each, so that every order and grouping is possible. */
export const anyParts = (nowUs: number): fc.Arbitrary<Ingest[]> => {
  const none = { spans: [], handoffs: [], facts: [] }
  const span = anySpan(nowUs).map((one): Ingest => ({ ...none, spans: [one] }))
  const handoff = anyHandoff(nowUs).map((one): Ingest => ({ ...none, handoffs: [one] }))
  const fact = anyFact(nowUs).map((one): Ingest => ({ ...none, facts: [one] }))
  const weighted = [
    { weight: 4, arbitrary: span },
    { weight: 1, arbitrary: handoff },
    { weight: 1, arbitrary: fact }
  ]
  return fc.array(fc.oneof(...weighted), { minLength: 1, maxLength: 14 })
}
