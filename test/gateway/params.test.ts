import * as z from 'zod/mini'
import { expect, test } from 'vitest'
import { after, amount, limit, spanId, text, time, traceId } from '../../src/gateway/params.ts'
import { windowOf } from '../../src/gateway/params.ts'

const NOW_MS = 1_767_323_045_000
const read = (from: string) => windowOf({ from: z.parse(time, from) }, NOW_MS).fromUs
const fails = (schema: z.ZodMiniType, value: string) => !schema.safeParse(value).success

test('a time is ISO 8601, ms since 1970, or a while ago', () => {
  expect(read('2026-01-02T03:04:05Z')).toBe(NOW_MS * 1_000)
  expect(read('2026-01-02T04:04:05.5+01:00')).toBe(NOW_MS * 1_000 + 500_000)
  expect(read('2026-01-02')).toBe(Date.UTC(2026, 0, 2) * 1_000)
  expect(read(String(NOW_MS))).toBe(NOW_MS * 1_000)
  expect(read('15m')).toBe((NOW_MS - 15 * 60_000) * 1_000)
  expect(read('7d')).toBe((NOW_MS - 7 * 86_400_000) * 1_000)
  expect(read('0s')).toBe(NOW_MS * 1_000)
  expect(windowOf({}, NOW_MS)).toEqual({})
})

test('the beginning of time is not now, nor is what was before it a while ago', () => {
  expect(read('1970-01-01')).toBe(0)
  expect(read('0')).toBe(0)
  expect(read('1969-12-31')).toBe(-86_400_000_000)
})

test('times that no store can count are cut to those it can', () => {
  for (const value of ['9999999999999999', '9999-01-01', '2300-01-01']) {
    expect(read(value)).toBe(Number.MAX_SAFE_INTEGER)
  }
})

test('what is no time is refused', () => {
  for (const value of ['', 'now', '-5m', '5 m', '1e3', '2026-13-01', '٣', '5y', '1'.repeat(17)]) {
    expect(fails(time, value), value).toBe(true)
  }
})

test('a limit is a whole number up to the largest page, and has a default', () => {
  expect(z.parse(limit, '500')).toBe(500)
  expect(z.parse(limit, undefined)).toBe(50)
  for (const value of ['', '0', '501', '-1', '1.5', ' 1', '0x10', '1e2', '٣']) {
    expect(fails(limit, value), value).toBe(true)
  }
})

test('an amount is a finite number from 0', () => {
  expect(z.parse(amount, '0.25')).toBe(0.25)
  expect(z.parse(amount, '1e-3')).toBe(0.001)
  expect(z.parse(amount, undefined)).toBeUndefined()
  for (const value of ['', '-1', '1e999', 'Infinity', 'NaN', '0x1', '1,5', '9'.repeat(16)]) {
    expect(fails(amount, value), value).toBe(true)
  }
})

test('ids are of their length, in lower case; texts and cursors have an end', () => {
  expect(fails(traceId, 'a'.repeat(31)) && fails(traceId, 'A'.repeat(32))).toBe(true)
  expect(z.parse(traceId, 'a'.repeat(32))).toBe('a'.repeat(32))
  expect(fails(spanId, 'a'.repeat(17))).toBe(true)
  expect(fails(text, 'x'.repeat(257))).toBe(true)
  expect(fails(after, 'x'.repeat(513))).toBe(true)
})
