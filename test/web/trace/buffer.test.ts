import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SpanPart } from '../../../src/observer/model.ts'
import { Buffer, FACTS_MAX } from '../../../web/src/trace/buffer.ts'
import { layoutOf } from '../../../web/src/trace/timeline/lanes.ts'
import type { Fact, Handoff } from '../../../web/src/types.ts'

const trace = 'a'.repeat(32)
const id = (at: number): string => at.toString(16).padStart(16, '0')

/** What producers say of a few spans, bit by bit, and not always the same. */
const part = fc
  .record({
    span: fc.integer({ min: 1, max: 8 }),
    parent: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
    by: fc.constantFrom('ann', 'bob'),
    sealed: fc.boolean(),
    agent: fc.constantFrom('planner', 'booker', undefined),
    start: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
    end: fc.option(fc.integer({ min: 1, max: 90 }), { nil: undefined }),
    status: fc.constantFrom('open', 'ok', 'error', 'canceled', undefined)
  })
  .map(({ span, parent, by, sealed, agent, start, end, status }): SpanPart => ({
    ...{ trace, span: id(span), source: { kind: sealed ? 'agent' : 'key', by } },
    ...(parent !== undefined && { parent: id(parent) }),
    ...(agent !== undefined && { agent }),
    ...(start !== undefined && { startUs: start }),
    ...(end !== undefined && { endUs: end }),
    ...(status !== undefined && { status: end === undefined ? 'open' : status })
  }))

const arrivals = fc
  .array(part, { minLength: 1, maxLength: 30 })
  .chain((parts) =>
    fc.tuple(
      fc.constant(parts),
      fc.shuffledSubarray([...parts, ...parts], { minLength: parts.length * 2 })
    )
  )

function groupsOf(parts: readonly SpanPart[]) {
  const buffer = new Buffer()
  // As pages and news bring them: some at once, some by themselves.
  buffer.addSpans(parts.slice(0, 3))
  for (const one of parts.slice(3)) buffer.addSpans([one])
  const { spans, lanes, row, tree } = layoutOf(buffer.spans)
  return { spans, lanes, row: [...row], parents: [...tree.parent], order: [...tree.order] }
}

test('any order of arrival, and anything twice, gives the same lanes, rows and tree', () => {
  fc.assert(
    fc.property(arrivals, ([parts, shuffled]) => {
      expect(groupsOf(shuffled)).toEqual(groupsOf(parts))
    }),
    { numRuns: 300 }
  )
})

test('of more spans than are kept the first stay, follow what comes, and it is said', () => {
  const buffer = new Buffer(2)
  const told = (at: number, more: object = {}): SpanPart => ({
    ...{ trace, span: id(at), source: { kind: 'key', by: 'ann' }, startUs: at, ...more }
  })
  buffer.addSpans([told(1), told(2)])
  expect(buffer.read().spansCut).toBe(false)
  const { version } = buffer
  buffer.addSpans([told(3)])
  expect(buffer.read()).toMatchObject({ spansCut: true, version: version + 1 })
  buffer.addSpans([told(4), told(2, { endUs: 9 })])
  expect(buffer.spans.map(({ span, endUs }) => [span, endUs])).toEqual([
    [id(1), undefined],
    [id(2), 9]
  ])
})

test('an end that overtakes its beginning loses nothing', () => {
  const source = { kind: 'agent', by: 'ann' } as const
  const begin = { trace, span: id(1), source, startUs: 5, status: 'open', name: 'dig' } as const
  const end = { trace, span: id(1), source, endUs: 9, status: 'error' } as const
  const buffer = new Buffer()
  buffer.addSpans([end])
  buffer.addSpans([begin])
  expect(buffer.spans).toMatchObject([{ startUs: 5, endUs: 9, status: 'error', name: 'dig' }])
})

test('two producers that use one id are two spans', () => {
  const buffer = new Buffer()
  const of = (by: string) => ({ trace, span: id(1), source: { kind: 'key', by } as const })
  buffer.addSpans([of('ann'), of('bob'), of('ann')])
  expect(buffer.spans.map(({ source }) => source.by)).toEqual(['ann', 'bob'])
})

test('what changes nothing is no new version', () => {
  const buffer = new Buffer()
  const one = { trace, span: id(1), source: { kind: 'key', by: 'ann' } as const, startUs: 5 }
  buffer.addSpans([one])
  const { version, spans } = buffer.read()
  buffer.addSpans([one])
  expect(buffer.read()).toMatchObject({ version })
  expect(buffer.spans).toBe(spans)
})

const handoff = (more: Partial<Handoff>): Handoff => ({
  ...{ trace, id: 'h', mode: 'return-to-caller', from: 'a', to: 'b', skill: null, error: null },
  ...{
    status: 'offered',
    offeredUs: 3,
    acceptedUs: null,
    endedUs: null,
    bytes: null,
    tokens: null,
    cost: null
  },
  split: { totalMs: null, waitingMs: null, workingMs: null, travellingMs: null },
  spans: { giver: id(1), taker: null },
  ...{ evidence: { giver: 'claimed', taker: 'missing' }, disagreements: [] },
  ...more
})

test('of a handoff the richer telling holds, whichever comes last', () => {
  const poor = handoff({})
  const rich = handoff({ status: 'ok', evidence: { giver: 'claimed', taker: 'sealed' } })
  for (const order of [
    [poor, rich],
    [rich, poor]
  ]) {
    const buffer = new Buffer()
    for (const one of order) buffer.addHandoffs([one])
    expect(buffer.handoffs).toEqual([rich])
  }
})

test('of very many facts the newest are kept', () => {
  const buffer = new Buffer()
  const facts = Array.from({ length: FACTS_MAX * 2 }, (_, at): Fact => ({
    ...{ id: `f${at}`, source: { kind: 'key', by: 'ann' }, atUs: at, type: 'event.x', body: {} }
  }))
  buffer.addFacts(facts.toReversed())
  expect(buffer.facts.length).toBeLessThanOrEqual(FACTS_MAX * 1.1)
  expect(buffer.facts.at(-1)?.id).toBe(`f${FACTS_MAX * 2 - 1}`)
})
