import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeJson } from '../../../src/observer/otlp/decode-json.ts'
import { NESTING_MAX, SPANS_MAX } from '../../../src/observer/otlp/span.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'

const request = (...spans: unknown[]) =>
  JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })
const one = (span: object) => decodeJson(request(span))[0]

test('ids are hex in either case, and anything else is no id', () => {
  const span = one({ traceId: 'AB'.repeat(16), spanId: 'xyz', parentSpanId: 7 })
  expect(span).toMatchObject({ trace: 'ab'.repeat(16), span: '', parent: '' })
})

test('nanoseconds may be a text or a number', () => {
  const text = one({
    startTimeUnixNano: '1700000000123456789',
    endTimeUnixNano: 1700000001000000000
  })
  expect(text).toMatchObject({ startUs: 1700000000123456, endUs: 1700000001000000 })
  expect(one({ startTimeUnixNano: '-1', endTimeUnixNano: 'soon' })).toMatchObject({
    ...{ startUs: 0, endUs: 0 }
  })
})

test('every kind of value is read', () => {
  const values = {
    text: { stringValue: 'a' },
    yes: { boolValue: true },
    whole: { intValue: '7' },
    number: { intValue: 8 },
    big: { intValue: '9007199254740993' },
    half: { doubleValue: 0.5 },
    odd: { doubleValue: 'NaN' },
    bytes: { bytesValue: 'AAE=' },
    list: { arrayValue: { values: [{ intValue: 1 }, { stringValue: 'b' }] } },
    record: { kvlistValue: { values: [{ key: 'in', value: { intValue: 2 } }] } },
    none: {}
  }
  const attributes = Object.entries(values).map(([key, value]) => ({ key, value }))
  expect(one({ attributes })?.attributes).toEqual({
    ...{ text: 'a', yes: true, whole: 7, number: 8, big: '9007199254740993', half: 0.5 },
    ...{ odd: 'NaN', bytes: 'AAE=', list: [1, 'b'], record: { in: 2 }, none: null }
  })
})

test('a name that is a word of the language is a name', () => {
  const attributes = [{ key: '__proto__', value: { stringValue: 'x' } }]
  const read = one({ attributes })?.attributes ?? {}
  expect(Object.keys(read)).toEqual(['__proto__'])
  expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
})

test('any JSON is read or MALFORMED', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      for (const text of [JSON.stringify(value), request(value), request({ attributes: value })]) {
        try {
          decodeJson(text)
        } catch (error) {
          expect((error as PeerworkError).code).toBe('MALFORMED')
        }
      }
    })
  )
})

test('what is no JSON, too deep or too much is refused', () => {
  expect(() => decodeJson('{')).toThrow(/not an OTLP request/)
  let value: object = { stringValue: 'x' }
  for (let depth = 0; depth <= NESTING_MAX; depth++) value = { arrayValue: { values: [value] } }
  expect(() => one({ attributes: [{ key: 'k', value }] })).toThrow(/nested deeper/)
  const many = Array.from({ length: SPANS_MAX + 1 }, () => ({}))
  expect(() => decodeJson(request(...many))).toThrow(PeerworkError)
})

test('numbers that stand where spans belong are none, and make no more of them', () => {
  const text = request({ name: 'a' }, { name: 'b' })
  const forged = text.replace('[{"name":"a"}', '[0,0,1,1,7,-1,{"name":"a"}')
  expect(forged).not.toBe(text)
  expect(
    decodeJson(forged)
      .map(({ name }) => name)
      .toSorted()
  ).toEqual(['a', 'b'])
})
