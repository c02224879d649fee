import * as z from 'zod/mini'
import { expect, test } from 'vitest'
import * as shape from '../../src/protocol/shape.ts'
import { bob, codeOf } from './samples.ts'

const takes = (schema: z.ZodMiniType, value: unknown): boolean => schema.safeParse(value).success

test('text is bounded in bytes, not in characters', () => {
  expect(takes(shape.text, 'x'.repeat(4_096))).toBe(true)
  expect(takes(shape.text, 'é'.repeat(2_049))).toBe(false)
  expect(takes(shape.text, 'é'.repeat(2_048))).toBe(true)
})

test('a label is bounded in characters: two lines of a terminal', () => {
  expect(takes(shape.shortText, '世'.repeat(200))).toBe(true)
  expect(takes(shape.shortText, '世'.repeat(201))).toBe(false)
})

test('text for people comes in as one printable line', () => {
  expect(shape.text.parse('\u001b[1mone\ntwo')).toBe('\ufffd[1mone two')
})

test('a token is refused rather than cleaned, so that two keys never become one', () => {
  expect(takes(shape.token, 'order-7 (retry)')).toBe(true)
  expect(takes(shape.token, 'order\u0000')).toBe(false)
  expect(takes(shape.token, 'x'.repeat(201))).toBe(false)
})

test('bytes have exactly their length, or at most their cap', () => {
  expect(takes(shape.bytes(4), new Uint8Array(4))).toBe(true)
  for (const value of [new Uint8Array(3), new Uint8Array(5), [0, 0, 0, 0], '0000', { length: 4 }]) {
    expect(takes(shape.bytes(4), value)).toBe(false)
  }
  expect(takes(shape.bytesUpTo(4), new Uint8Array(0))).toBe(true)
  expect(takes(shape.bytesUpTo(4), new Uint8Array(5))).toBe(false)
})

test('names are names', () => {
  for (const name of ['a', 'analyse-text', 'a.b-c9'])
    expect(takes(shape.skillName, name)).toBe(true)
  for (const name of ['', '-a', 'a-', 'A', 'a--b', 'a b', '../a', 'a\n', '__proto__', 'é']) {
    expect(takes(shape.skillName, name), name).toBe(false)
    if (name !== 'a--b') expect(takes(shape.network, name), name).toBe(false)
  }
  expect(takes(shape.skillName, 'a'.repeat(65))).toBe(false)
  expect(takes(shape.network, 'a'.repeat(65))).toBe(false)
  expect(takes(shape.network, '9home.lan-2')).toBe(true)
  expect(takes(shape.agentId, bob.id)).toBe(true)
  expect(takes(shape.agentId, `${bob.id} `)).toBe(false)
})

test('numbers are bounded, finite and not negative', () => {
  for (const value of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 1n, '1', null]) {
    expect(takes(shape.count, value), String(value)).toBe(false)
    expect(takes(shape.time, value), String(value)).toBe(false)
    expect(takes(shape.wait, value), String(value)).toBe(false)
  }
  expect(takes(shape.time, 8.64e15 + 2)).toBe(false)
  expect(takes(shape.wait, 24 * 60 * 60 * 1000 + 1)).toBe(false)
  expect(takes(shape.quantity, 0.5)).toBe(true)
  for (const value of [-0.1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(takes(shape.quantity, value)).toBe(false)
  }
  expect(takes(shape.fraction, 1)).toBe(true)
  expect(takes(shape.fraction, 1.01)).toBe(false)
})

test('a list is refused by its length before any item is looked at', () => {
  let looked = 0
  const item = z.custom<number>(() => {
    looked++
    return true
  })
  expect(takes(shape.list(item, 2), [1, 2])).toBe(true)
  expect(looked).toBe(2)
  expect(takes(shape.list(item, 2), Array(100_000).fill(0))).toBe(false)
  expect(takes(shape.list(item, 2, 1), [])).toBe(false)
  expect(looked).toBe(2)
})

test('facts are few, flat and named like fields', () => {
  expect(takes(shape.facts, { retryAfterMs: 5, why: 'full', last: null, again: true })).toBe(true)
  const many = Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`f${at}`, at]))
  for (const value of [
    many,
    { 'a b': 1 },
    { nested: {} },
    { n: Number.NaN },
    { ['x'.repeat(41)]: 1 },
    JSON.parse('{"__proto__":1}'),
    null,
    'text'
  ]) {
    expect(takes(shape.facts, value)).toBe(false)
  }
})

test('a reader names the field that is wrong, and says nothing of the rest', () => {
  const read = shape.reader('thing', z.strictObject({ at: z.strictObject({ time: shape.time }) }))
  expect(read({ at: { time: 5 } })).toEqual({ at: { time: 5 } })
  expect(() => read({ at: { time: 'secret' } })).toThrow(/^not a thing: at\.time: /)
  expect(() => read(7)).toThrow(/^not a thing: the whole: /)
})

test('a reader refuses unknown fields, prototypes and what only inherits its fields', () => {
  const read = shape.reader('thing', z.strictObject({ time: shape.time }))
  const inherited: unknown = Object.create({ time: 1, extra: 2 })
  const values = [
    JSON.parse('{"time":1,"__proto__":{"a":1}}'),
    { time: 1, constructor: 1 },
    inherited
  ]
  for (const value of values) expect(codeOf(() => read(value))).toBe('MALFORMED')
  expect(({} as Record<string, unknown>)['a']).toBeUndefined()
})

test('a reader turns whatever a value throws into MALFORMED', () => {
  const read = shape.reader('thing', z.strictObject({ time: shape.time }))
  const trap = {
    get time() {
      throw new RangeError('\u001b[2J')
    }
  }
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  for (const value of [trap, proxy, Object.create(null), Symbol('s'), () => 1, 1n]) {
    expect(codeOf(() => read(value))).toBe('MALFORMED')
  }
})
