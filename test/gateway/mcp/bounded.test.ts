import { expect, test } from 'vitest'
import { ANSWER_BYTES_MAX, boundedText, UNTRUSTED } from '../../../src/gateway/mcp/bounded.ts'
import type { JsonObject } from '../../../src/protocol/json.ts'

const dataOf = (text: string): JsonObject => {
  expect(text.startsWith(`${UNTRUSTED}\n`)).toBe(true)
  const json = text.slice(UNTRUSTED.length + 1)
  expect(Buffer.byteLength(json)).toBeLessThanOrEqual(ANSWER_BYTES_MAX)
  return JSON.parse(json) as JsonObject
}

test('what fits is the same data, behind a line that says not to obey it', () => {
  const answer = { items: [{ name: 'plan', cost: null, ok: true }], next: 'abc' }
  expect(dataOf(boundedText(answer))).toEqual(answer)
})

test('long texts are cut first, then long lists, and what was cut is said', () => {
  const texts = dataOf(boundedText({ a: 'x'.repeat(5_000) }))
  expect(texts['a']).toHaveLength(2_001)
  expect(texts['cut']).toMatchObject({ texts: 1, items: 0, deeper: 0 })
  const items = Array.from({ length: 5_000 }, (_, at) => ({ at, text: 'x'.repeat(50) }))
  const lists = dataOf(boundedText({ items, next: 'cursor' }))
  const kept = lists['items'] as readonly unknown[]
  expect(kept.length).toBeGreaterThan(100)
  expect(lists['cut']).toMatchObject({ items: 5_000 - kept.length })
  expect(lists['next']).toBe('cursor')
})

test('a tree of any depth or breadth comes out small', () => {
  let deep: JsonObject = { name: 'leaf', children: [] }
  for (let level = 0; level < 2_000; level++) deep = { name: `level ${level}`, children: [deep] }
  const cut = dataOf(boundedText({ summary: 'kept', topology: deep }))
  expect(cut['summary']).toBe('kept')
  expect(cut['cut']).toMatchObject({ deeper: 1 })
  const grow = (depth: number): JsonObject => ({
    ...{ name: 'x'.repeat(500), note: '\u202e'.repeat(500) },
    children: depth === 0 ? [] : Array.from({ length: 6 }, () => grow(depth - 1))
  })
  expect(dataOf(boundedText({ topology: grow(5) }))['cut']).toBeDefined()
  const wide = Object.fromEntries(Array.from({ length: 9_000 }, (_, at) => [`key ${at}`, at]))
  expect(dataOf(boundedText(wide))['cut']).toBeDefined()
})

test('what nobody sees but a model reads stands as escapes, and is the same data', () => {
  const hidden = '\u001b[31mred\u202egnp.exe\u200bzero\u{e0041}\u{e0042}tag\u2066\ufeff\ufe0f\u009b'
  const text = boundedText({ name: hidden })
  const printed = text.slice(UNTRUSTED.length + 1)
  for (const unit of printed) {
    const code = unit.codePointAt(0) ?? 0
    expect([code, code >= 0x20 && code < 0x7f]).toEqual([code, true])
  }
  expect(dataOf(text)).toEqual({ name: hidden })
  expect(boundedText({ name: 'Grüße 你好 🙂' })).toContain('Grüße 你好 🙂')
})
