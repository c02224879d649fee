import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode, encode } from '../../src/protocol/canonical.ts'
import { BATCH_BYTES_MAX, BATCH_EVENTS_MAX, traceTopic } from '../../src/protocol/constants.ts'
import { seal } from '../../src/protocol/seal.ts'
import type { TraceEvent } from '../../src/protocol/trace.ts'
import { CANDIDATES_MAX, contextOf, OPERATIONS_MAX, readBatch } from '../../src/protocol/trace.ts'
import { EVENT_TIME_MAX } from '../../src/protocol/trace.ts'
import { agentId, alice, batchBody, bob, codeOf, count, errorCode, events } from './samples.ts'
import { label, quantity, skillName } from './samples.ts'

const hex = (digits: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`))
const time = fc.integer({ min: 0, max: EVENT_TIME_MAX })
const work = {
  at: time,
  trace: hex(32),
  span: hex(16),
  task: hex(32),
  skill: skillName,
  side: fc.constantFrom('requester', 'executor'),
  peer: agentId
}
const step = { ...work, parent: hex(16), wallMs: quantity, error: label }
const type = <Type extends string>(name: Type) => fc.constant(name)
const anyEvent = fc.oneof(
  fc.record({ type: type('agent.started'), at: time, name: label }),
  fc.record({ type: type('agent.stopped'), at: time }),
  fc.record({ type: type('peer.joined'), at: time, peer: agentId, name: label }),
  fc.record({ type: type('peer.left'), at: time, peer: agentId, reason: label }),
  fc.record({ type: type('task.submitted'), ...work, bytes: count }),
  fc.record({ type: type('task.received'), ...work, parent: hex(16), bytes: count }),
  fc.record({ type: type('task.accepted'), ...work, ahead: count }),
  fc.record({ type: type('task.rejected'), ...work, code: errorCode }),
  fc.record({ type: type('task.started'), ...work, isolation: type('os'), waitedMs: quantity }),
  fc.record({ type: type('task.progress'), ...work, fraction: fc.constantFrom(0, 0.5, 1) }),
  fc.record({ type: type('task.streaming'), ...work }),
  fc.record({
    ...{ type: type('task.routed'), ...work, attempt: count, more: count, after: label },
    candidates: fc.array(fc.record({ peer: agentId, score: quantity, why: label }), {
      maxLength: CANDIDATES_MAX
    })
  }),
  fc.record({ type: type('task.handed-on'), ...work, to: agentId, subtask: hex(32) }),
  fc.record({
    type: type('task.completed'),
    ...work,
    wallMs: quantity,
    cpuMs: quantity,
    tokens: count,
    cost: quantity,
    bytes: count,
    chunks: count
  }),
  fc.record({ type: type('task.failed'), ...work, code: errorCode, message: label }),
  fc.record({ type: type('task.canceled'), ...work, reason: label }),
  fc.record({ type: type('task.replayed'), ...work }),
  fc.record({
    ...{ type: type('model.called'), ...step, provider: label, model: label, responseModel: label },
    ...{ operation: type('chat'), input: count, output: count, cacheRead: count },
    ...{ cacheWrite: count, reasoning: count, cost: quantity, finish: label }
  }),
  fc.record({ type: type('tool.called'), ...step, tool: label }),
  fc.record({ type: type('step.ended'), ...step, name: label, kind: type('retrieval') }),
  fc.record({
    ...{ type: type('state.changed'), ...work, more: count },
    operations: fc.array(
      fc.record({ op: fc.constantFrom('add', 'move'), path: label, from: label, bytes: count }),
      { minLength: 1, maxLength: OPERATIONS_MAX }
    )
  }),
  fc.record({
    ...{ type: type('guard.tripped'), ...work, guard: label, reason: label },
    ...{ limit: quantity, value: quantity, action: fc.constantFrom('warned', 'stopped') }
  }),
  fc.record({
    ...{ type: type('handoff.offered'), ...work, handoff: hex(32), to: label, reason: label },
    mode: fc.constantFrom('pass-control', 'human')
  }),
  fc.record({ type: type('handoff.accepted'), ...work, handoff: hex(32) }),
  fc.record({
    ...{ type: type('handoff.ended'), ...work, handoff: hex(32), reason: label },
    outcome: fc.constantFrom('ok', 'rejected')
  }),
  fc.record({ type: type('error'), at: time, code: errorCode, message: label })
)

test('every event of every type comes back as it went', () => {
  const list = fc.array(anyEvent, { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(list, fc.nat(1_000_000), (some, first) => {
      const numbered = some.map((event, at) => ({ ...event, seq: first + at })) as TraceEvent[]
      const body = batchBody({ first, events: numbered })
      expect(readBatch(decode(encode(body)))).toEqual(body)
    })
  )
})

test('events follow from the first without gaps, or the batch is malformed', () => {
  const [one, two] = events
  if (one === undefined || two === undefined) throw new Error('the sample has events')
  const lists = [[], [two], [one, one], [two, one], [{ ...one, seq: 4.5 }]]
  for (const list of lists) {
    expect(codeOf(() => readBatch(batchBody({ events: list })))).toBe('MALFORMED')
  }
})

test('a batch holds at most its number of events', () => {
  const many = (length: number) =>
    batchBody({
      first: 0,
      events: Array.from({ length }, (_, seq) => ({ type: 'agent.stopped' as const, seq, at: 1 }))
    })
  expect(codeOf(() => readBatch(many(BATCH_EVENTS_MAX)))).toBeUndefined()
  expect(codeOf(() => readBatch(many(BATCH_EVENTS_MAX + 1)))).toBe('MALFORMED')
})

test('unknown types, strange ids and forged fields are malformed', () => {
  const [started, received] = events
  for (const event of [
    { ...started, type: 'agent.exploded' },
    { ...started, type: '__proto__' },
    { ...received, trace: 'AB'.repeat(16) },
    { ...received, task: '11' },
    { ...received, side: 'both' },
    { ...received, peer: 'nobody' },
    { ...received, input: 'the prompt' },
    { ...started, at: -1 }
  ]) {
    const numbered = { ...event, seq: 4 }
    const body = { ...batchBody(), first: 4, events: [numbered] }
    expect(codeOf(() => readBatch(body))).toBe('MALFORMED')
  }
})

test('what is shown of an event is one printable line', () => {
  const event = { type: 'agent.started' as const, seq: 4, at: 1, name: 'a\u001b[2Jb\nc' }
  expect(readBatch(batchBody({ events: [event] })).events[0]).toMatchObject({
    name: 'a\ufffd[2Jb c'
  })
})

test('as many ordinary events as there may be fit in a sealed batch', () => {
  const received = { ...events[1], seq: 0 } as TraceEvent
  const full = Array.from({ length: BATCH_EVENTS_MAX }, (_, seq) => ({ ...received, seq }))
  const { bytes } = seal('batch', batchBody({ first: 0, events: full }), alice)
  expect(bytes.length).toBeLessThanOrEqual(BATCH_BYTES_MAX)
})

test('the fields of a task give its trace context', () => {
  const fields = {
    trace: 'ab'.repeat(16),
    span: 'cd'.repeat(8),
    task: '11'.repeat(16),
    skill: 'shout',
    side: 'requester',
    peer: bob.id
  } as const
  expect(contextOf(fields)).toEqual({
    traceId: fields.trace,
    spanId: fields.span,
    sampled: true
  })
})

test('each network has a topic of its own', () => {
  expect(traceTopic('home')).toBe('/peerwork/trace/1/home')
})

test('a time or a place that no store could count is malformed', () => {
  const place = (seq: number, at: number) => {
    const event = { type: 'agent.stopped' as const, seq, at }
    return codeOf(() => readBatch(batchBody({ first: seq, events: [event] })))
  }
  expect(place(4, EVENT_TIME_MAX)).toBeUndefined()
  expect(place(4, EVENT_TIME_MAX + 1)).toBe('MALFORMED')
  expect(Number.isSafeInteger(EVENT_TIME_MAX * 1_000)).toBe(true)
  expect(place(Number.MAX_SAFE_INTEGER - 1, 1)).toBeUndefined()
  expect(place(Number.MAX_SAFE_INTEGER, 1)).toBe('MALFORMED')
})
