import { expect, test } from 'vitest'
import type { SpanPart } from '../../src/observer/model.ts'
import { searchedIn, shareOf, sumsOf, weakest, wordsOf } from '../../src/observer/sums.ts'

const key = {
  trace: 'a'.repeat(32),
  span: '1'.repeat(16),
  source: { kind: 'key', by: 'k' }
} as const

test('a model whose cost nobody knows counts as unknown, a tool without cost does not', () => {
  expect(sumsOf({ ...key, kind: 'model' }).unknown).toBe(1)
  expect(sumsOf({ ...key, kind: 'tool' }).unknown).toBe(0)
  expect(sumsOf({ ...key, kind: 'model', cost: 0.1 })).toMatchObject({
    ...{ unknown: 0, costNanos: 100_000_000, reportedNanos: 100_000_000, estimatedNanos: 0 }
  })
})

test('an end before its start lasts no time', () => {
  expect(sumsOf({ ...key, startUs: 9, endUs: 5 }).durationUs).toBe(0)
})

test('spans around others share no tokens and no cost', () => {
  const span: SpanPart = { ...key, kind: 'agent', cost: 3, tokens: { input: 5 } }
  expect(shareOf(span)).toMatchObject({ spans: 1, costNanos: 0, tokens: 0, unsealed: 1 })
})

test('the weakest part speaks for the whole', () => {
  expect(weakest({ reported: 3, estimated: 1, unknown: 1 })).toBe('unknown')
  expect(weakest({ reported: 3, estimated: 1, unknown: 0 })).toBe('estimated')
  expect(weakest({ reported: 1, estimated: 0, unknown: 0 })).toBe('reported')
  expect(weakest({ reported: 0, estimated: 0, unknown: 0 })).toBe('none')
})

test('a span is found by a bounded part of its attributes', () => {
  const attributes = Object.fromEntries(
    Array.from({ length: 100 }, (_, n) => [`k${n}`, `${n} `.repeat(600)])
  )
  const found = new Set<string>()
  searchedIn({ ...key, name: 'greet', attributes }, found)
  expect(found.size).toBe(65)
  expect(Math.max(...[...found].map((one) => one.length))).toBe(512)
})

test('words are letters and digits, each once', () => {
  expect(wordsOf('GPT-4o, gpt  Grüße! "x"')).toEqual(['gpt', '4o', 'grüße', 'x'])
})
