import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson, fitHandoff, fitSpan, mergeFact } from '../../src/observer/merge.ts'
import { mergeHandoff, mergeSpan, newerCounters } from '../../src/observer/merge.ts'
import type { HandoffPart, SpanPart } from '../../src/observer/model.ts'
import type { Counters } from '../../src/observer/store.ts'
import { anyFact, anyHandoff, anySpan } from './any-parts.ts'

const NOW = 1_795_176_000_000_000
const key = {
  trace: 'a'.repeat(32),
  span: '1'.repeat(16),
  source: { kind: 'key', by: 'k' }
} as const
const span = anySpan(NOW).map((part): SpanPart => fitSpan({ ...part, ...key }))
const same = { trace: key.trace, id: 'h', side: 'giver', source: key.source } as const
const handoff = anyHandoff(NOW).map((part): HandoffPart => fitHandoff({ ...part, ...same }))
const text = (value: unknown): string => canonicalJson(value as never)

function laws<Part>(parts: fc.Arbitrary<Part>, merge: (a: Part, b: Part) => Part): void {
  const asked = fc.property(parts, parts, parts, (a, b, c) => {
    expect(text(merge(a, b))).toBe(text(merge(b, a)))
    expect(text(merge(merge(a, b), c))).toBe(text(merge(a, merge(b, c))))
    expect(text(merge(a, a))).toBe(text(a))
    const both = merge(a, b)
    expect(merge(both, b)).toBe(both)
  })
  fc.assert(asked, { numRuns: 500 })
}

test('spans merge in any order and grouping, and a part twice is a part once', () => {
  laws(span, mergeSpan)
})

test('handoffs do too', () => {
  laws(handoff, mergeHandoff)
})

test('of two facts with one id the same is kept in any order', () => {
  const asked = fc.property(anyFact(NOW), anyFact(NOW), (a, b) => {
    expect(text(mergeFact(a, b))).toBe(text(mergeFact(b, a)))
  })
  fc.assert(asked)
})

test('a reported cost holds against every estimate', () => {
  const reported = { ...key, cost: 1, costSource: 'reported' } as const
  const estimated = { ...key, cost: 9, costSource: 'estimated' } as const
  expect(mergeSpan(estimated, reported)).toEqual(reported)
  expect(mergeSpan(reported, { ...key, cost: 3 })).toBe(reported)
})

test('of several ends the latest holds, whatever it was', () => {
  const error = { code: 'PEER_LOST', message: 'gone' }
  const failed = { ...key, endUs: 5, status: 'error', error } as const
  const done = { ...key, endUs: 9, status: 'ok' } as const
  expect(mergeSpan(failed, done)).toEqual(done)
  expect(mergeSpan(done, { ...failed, endUs: 12 })).toEqual({ ...failed, endUs: 12 })
  const begun = { ...key, startUs: 1, status: 'open' } as const
  expect(mergeSpan(begun, done)).toEqual({ ...done, startUs: 1 })
})

test('what has an end and says nothing of it ended well', () => {
  expect(fitSpan({ ...key, endUs: 5 })).toEqual({ ...key, endUs: 5, status: 'ok' })
  expect(fitSpan({ ...key, startUs: 5 })).toEqual({ ...key, startUs: 5 })
})

test('what is out of bounds counts as not said', () => {
  const wild = { startUs: 0, endUs: -4, cost: 1e9, status: 'gone' as never, name: 'a\0b\uD800' }
  expect(fitSpan({ ...key, ...wild })).toEqual({ ...key, name: 'a\u{FFFD}b\u{FFFD}' })
})

test('of what a producer says of its log the newest counts, and the most that it ever said', () => {
  const said = (issued: number, next: number, more: Partial<Counters> = {}): Counters => ({
    ...{ by: 'a', boot: '0', issued, next, oldest: 0, dropped: 0, ...more }
  })
  const all = [said(1, 5), said(2, 9, { head: 'x' }), said(3, 7), said(4, 8, { dropped: 1 })]
  const wanted = said(4, 8, { dropped: 1, most: 9 })
  for (const order of [all, all.toReversed(), [...all, ...all]]) {
    expect(order.reduce((kept, one) => newerCounters(kept, one))).toEqual(wanted)
  }
  expect(newerCounters(wanted, said(2, 9))).toBe(wanted)
  const fine = said(5, 9)
  expect(newerCounters(said(4, 9), fine)).toBe(fine)
})

test('what is gone of a log stays gone, whoever says it first', () => {
  const said = { by: 'a', boot: '0', issued: 1, next: 50, oldest: 0, dropped: 0 }
  const one = { ...said, gone: [{ from: 5, to: 9 }] }
  const two = {
    ...said,
    issued: 2,
    gone: [
      { from: 7, to: 12 },
      { from: 20, to: 21 }
    ]
  }
  const gone = [
    { from: 5, to: 12 },
    { from: 20, to: 21 }
  ]
  expect(newerCounters(one, two)).toEqual({ ...two, gone })
  expect(newerCounters(two, one)).toEqual({ ...two, gone })
  expect(newerCounters(said, one)).toEqual(one)
  expect(newerCounters(two, { ...said, issued: 3 })).toEqual({ ...two, issued: 3 })
})
