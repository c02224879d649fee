import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { costOf, PriceBook, readPrices } from '../../../src/observer/prices/book.ts'
import type { SpanPart } from '../../../src/observer/model.ts'

const us = (day: string): number => Date.parse(day) * 1_000
const call = (changes: Partial<SpanPart>): SpanPart => ({
  ...{ trace: 'ab'.repeat(16), span: 'cd'.repeat(8), source: { kind: 'key', by: 'k' } },
  ...{ kind: 'model', model: 'gpt-4o', endUs: us('2025-01-01'), tokens: { input: 1_000_000 } },
  ...changes
})
const book = new PriceBook()

test('a call costs what its day says', () => {
  expect(book.priced(call({}))).toMatchObject({ cost: 2.5, costSource: 'estimated' })
  const earlier = call({ endUs: us('2024-06-01') })
  expect(book.priced(earlier)).toMatchObject({ cost: 5, costSource: 'estimated' })
})

test('the longest name that fits counts, with a revision behind it or a router before it', () => {
  const at = us('2025-09-01')
  expect(book.find('gpt-4o-mini', undefined, at)?.input).toBe(0.15)
  expect(book.find('gpt-4o-mini-2024-07-18', undefined, at)?.input).toBe(0.15)
  expect(book.find('openai/gpt-4o', undefined, at)?.input).toBe(2.5)
  expect(book.find('gpt-4o-audio', undefined, at)).toBeUndefined()
  expect(book.find('gpt-5', undefined, us('2025-08-06'))).toBeUndefined()
})

test('nobody knows what an unknown model costs, and it says so', () => {
  const priced = book.priced(call({ model: 'acme-1' }))
  expect(priced).toMatchObject({ costSource: 'unknown' })
  expect(priced).not.toHaveProperty('cost')
})

test('what was reported stays, and what is no model has no price', () => {
  const reported = call({ cost: 9, costSource: 'reported' })
  expect(book.priced(reported)).toBe(reported)
  const task = call({ kind: 'task' })
  expect(book.priced(task)).toBe(task)
})

test('cached tokens are paid at their own price', () => {
  const price = {
    model: 'm',
    from: '2025-01-01',
    input: 10,
    output: 20,
    cacheRead: 1,
    cacheWrite: 12
  }
  const tokens = { input: 1_000_000, cacheRead: 500_000, cacheWrite: 100_000, output: 100_000 }
  expect(costOf(tokens, price)).toBeCloseTo(4 + 0.5 + 1.2 + 2)
})

test('a model on one’s own machine costs nothing', () => {
  expect(book.priced(call({ model: 'llama3', provider: 'ollama' }))).toMatchObject({ cost: 0 })
})

test("an operator's own table goes first, and a wrong one is refused", () => {
  const own = new PriceBook([{ model: 'gpt-4o', from: '2024-01-01', input: 1, output: 1 }])
  expect(own.priced(call({}))).toMatchObject({ cost: 1 })
  const dir = mkdtempSync(join(tmpdir(), 'peerwork-prices-'))
  try {
    const path = join(dir, 'prices.json')
    writeFileSync(path, '[{"model":"m","from":"2025-01-01","input":1,"output":2}]')
    expect(readPrices(path)).toHaveLength(1)
    writeFileSync(path, '[{"model":"m","from":"soon","input":-1,"output":2}]')
    expect(() => readPrices(path)).toThrow(/no table of prices/)
  } finally {
    rmSync(dir, { recursive: true })
  }
})
