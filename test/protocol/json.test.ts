import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { DEPTH_MAX } from '../../src/protocol/constants.ts'
import { encodeJson, parseJson } from '../../src/protocol/json.ts'
import { codeOf } from './samples.ts'

const parse = (text: string) => parseJson(Buffer.from(text))
const json = fc.jsonValue({ maxDepth: 8, depthSize: 'small', stringUnit: 'binary' })

test('what was written is read again', () => {
  fc.assert(
    fc.property(json, (value) => {
      fc.pre(!JSON.stringify(value).includes('__proto__'))
      expect(parseJson(encodeJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
    })
  )
})

test('brackets and quotes inside strings are not nesting', () => {
  const tricky = ['[[[['.repeat(40), '\\"[[['.repeat(40), '\\', '\\\\', '"', '世[界{'.repeat(40)]
  for (const text of tricky) expect(parseJson(encodeJson({ text }))).toEqual({ text })
  expect(parse(`{"a\\\\":${'['.repeat(31)}${']'.repeat(31)}}`)).toHaveProperty(['a\\'])
})

test('takes exactly the depth it names', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
  expect(codeOf(() => parse(nested(DEPTH_MAX)))).toBeUndefined()
  expect(codeOf(() => parse(nested(DEPTH_MAX + 1)))).toBe('MALFORMED')
  expect(codeOf(() => parse(`{"a":`.repeat(500_000)))).toBe('MALFORMED')
  expect(codeOf(() => parse(`"\\\\"${'['.repeat(40)}`))).toBe('MALFORMED')
  let deep: unknown = 0
  for (let level = 0; level <= DEPTH_MAX; level++) deep = [deep]
  expect(codeOf(() => encodeJson(deep))).toBe('INPUT_INVALID')
})

test.each([
  ['nothing', ''],
  ['a byte order mark', '\ufeff{}'],
  ['a cut string', '{"a":"b'],
  ['a cut escape', '"\\'],
  ['two values', '{}{}'],
  ['NaN', 'NaN'],
  ['a number beyond a double', '1e400'],
  ['a negative number beyond a double', '[-1E+999]'],
  ['400 digits', `[1${'0'.repeat(400)}]`],
  ['a prototype', '{"a":[{"__proto__":{"admin":true}}]}'],
  ['a prototype in escapes', '{"\\u005f_proto\\u005F_":1}'],
  ['more closed than opened', ']]]]']
])('refuses %s', (_what, text) => {
  expect(codeOf(() => parse(text))).toBe('MALFORMED')
})

test('refuses bad UTF-8', () => {
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
    [0x22, 0xc3]
  ]) {
    expect(codeOf(() => parseJson(Uint8Array.from(bytes)))).toBe('MALFORMED')
  }
})

test('large and exponential numbers that a double holds are taken', () => {
  expect(parse('[1e308, 1E-400, 2e2, 123456789012345678901]')).toEqual([
    1e308, 0, 200, 123456789012345680000
  ])
  expect(parse(`"${'9'.repeat(400)}"`)).toBe('9'.repeat(400))
})

test('half a surrogate pair survives as an escape', () => {
  expect(parseJson(encodeJson('\ud800'))).toBe('\ud800')
})

test('a text about __proto__ is only text', () => {
  expect(parseJson(encodeJson({ text: 'what is __proto__?\u0001' }))).toEqual({
    text: 'what is __proto__?\u0001'
  })
})

test('what JSON cannot hold is refused before it is signed', () => {
  const ring: Record<string, unknown> = {}
  ring['self'] = ring
  const throwing = {
    toJSON() {
      // oxlint-disable-next-line typescript/only-throw-error -- a stranger's object may
      throw null
    }
  }
  const proto: unknown = JSON.parse('{"__proto__":1}')
  for (const value of [undefined, () => 1, 1n, ring, throwing, Symbol('s'), proto]) {
    expect(codeOf(() => encodeJson(value))).toBe('INPUT_INVALID')
  }
})

test('mangled JSON is read or malformed, and never anything else', () => {
  const mangled = fc
    .tuple(json, fc.nat(), fc.uint8Array({ maxLength: 4 }))
    .map(([value, at, patch]) => {
      const bytes = Buffer.from(JSON.stringify(value))
      for (const [index, byte] of patch.entries()) bytes[(at + index * 7) % bytes.length] = byte
      return bytes
    })
  fc.assert(
    fc.property(fc.oneof(mangled, fc.uint8Array()), (bytes) => {
      expect([undefined, 'MALFORMED']).toContain(codeOf(() => parseJson(bytes)))
    }),
    { numRuns: 3_000 }
  )
})
