import * as dagCbor from '@ipld/dag-cbor'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCbor } from '../../src/protocol/cbor-reader.ts'
import { DEPTH_MAX, VALUES_MAX } from '../../src/protocol/constants.ts'
import { codeOf, plainValue } from './samples.ts'

const refusal = (hex: string): string => {
  try {
    readCbor(Buffer.from(hex, 'hex'))
    return 'taken'
  } catch (error) {
    return (error as Error).message.replace('not canonical DAG-CBOR: ', '')
  }
}

test('reads every value that DAG-CBOR writes', () => {
  fc.assert(
    fc.property(plainValue, (any) => {
      expect(readCbor(dagCbor.encode(any))).toEqual(any)
    })
  )
})

test.each([
  ['', 'an early end'],
  ['81', 'an early end'],
  ['a16161', 'an early end'],
  ['43ffff', 'an early end'],
  ['5bffffffffffffffff', 'a number beyond 2^53'],
  ['9bffffffffffffffff', 'a number beyond 2^53'],
  ['9affffffff', 'an early end'],
  ['0000', 'bytes after its end'],
  ['9f00ff', 'an indefinite length'],
  ['5f4100ff', 'an indefinite length'],
  ['ff', 'a simple value other than false, true and null'],
  ['1c', 'an indefinite length'],
  ['c000', 'a tag'],
  ['d82a450001551220', 'a tag'],
  ['f7', 'a simple value other than false, true and null'],
  ['f818', 'a simple value other than false, true and null'],
  ['f93c00', 'a simple value other than false, true and null'],
  ['fa3f800000', 'a simple value other than false, true and null'],
  ['fb3ff0', 'an early end'],
  ['1817', 'a number in more bytes than it needs'],
  ['1900ff', 'a number in more bytes than it needs'],
  ['1a0000ffff', 'a number in more bytes than it needs'],
  ['1b00000000ffffffff', 'a number in more bytes than it needs'],
  ['580101', 'a number in more bytes than it needs'],
  ['1b0020000000000000', 'a number beyond 2^53'],
  ['3b001fffffffffffff', 'a number beyond 2^53'],
  ['fb3ff0000000000000', 'a whole number as a float'],
  ['fb8000000000000000', 'a whole number as a float'],
  ['fb7ff8000000000000', 'a number that is none'],
  ['fbfff0000000000000', 'a number that is none'],
  ['62ff22', 'broken UTF-8'],
  ['63eda080', 'broken UTF-8'],
  ['a10101', 'a key that is no text'],
  ['a2616101616102', 'keys out of order, or twice the same'],
  ['a2616201616102', 'keys out of order, or twice the same'],
  ['a262616101616202', 'keys out of order, or twice the same']
])('refuses %s for %s', (hex, why) => {
  expect(refusal(hex)).toBe(why)
})

test('takes exactly the depth it names, in lists and in maps', () => {
  const nested = (levels: number): Uint8Array => Uint8Array.of(...Array(levels).fill(0x81), 0x00)
  expect(codeOf(() => readCbor(nested(DEPTH_MAX)))).toBeUndefined()
  expect(codeOf(() => readCbor(nested(DEPTH_MAX + 1)))).toBe('MALFORMED')
  const maps = Buffer.from(`${'a16161'.repeat(DEPTH_MAX + 1)}00`, 'hex')
  expect(codeOf(() => readCbor(maps))).toBe('MALFORMED')
})

test('takes exactly the number of values it names, keys included', () => {
  const list = (length: number): Uint8Array => dagCbor.encode(Array(length).fill(0))
  expect(codeOf(() => readCbor(list(VALUES_MAX - 1)))).toBeUndefined()
  expect(codeOf(() => readCbor(list(VALUES_MAX)))).toBe('MALFORMED')
  const fields = Array.from({ length: VALUES_MAX / 2 }, (_, at) => [`k${at}`, 0])
  expect(codeOf(() => readCbor(dagCbor.encode(Object.fromEntries(fields))))).toBe('MALFORMED')
})

test('takes what the general decoder takes and would write again, and nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const code = codeOf(() => readCbor(bytes))
      expect([undefined, 'MALFORMED']).toContain(code)
      if (code !== undefined) return
      expect(readCbor(bytes)).toEqual(dagCbor.decode(bytes))
      expect(Buffer.from(bytes).equals(dagCbor.encode(readCbor(bytes)))).toBe(true)
    }),
    { numRuns: 5_000 }
  )
})

test('a changed byte gives another value or none, never the same one', () => {
  const place = fc.tuple(plainValue, fc.nat(), fc.nat(255))
  fc.assert(
    fc.property(place, ([value, at, byte]) => {
      const bytes = Buffer.from(dagCbor.encode(value))
      bytes[at % bytes.length] = byte
      if (codeOf(() => readCbor(bytes)) !== undefined) return
      expect(bytes.equals(dagCbor.encode(readCbor(bytes)))).toBe(true)
    }),
    { numRuns: 3_000 }
  )
})

test('numbers, bytes and words come back at every width of their head', () => {
  for (const edge of [0, 23, 24, 0xff, 0x100, 0xffff, 0x10000, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]) {
    for (const value of [edge, -edge, -1 - edge].filter(Number.isSafeInteger)) {
      expect(readCbor(dagCbor.encode(value))).toBe(value === 0 ? 0 : value)
    }
    if (edge > 0x10000) continue
    expect(readCbor(dagCbor.encode('x'.repeat(edge)))).toBe('x'.repeat(edge))
    expect(readCbor(dagCbor.encode(`é${'x'.repeat(edge)}`))).toBe(`é${'x'.repeat(edge)}`)
    const bytes = new Uint8Array(edge).fill(7)
    expect(readCbor(dagCbor.encode(bytes))).toEqual(bytes)
  }
})

test('words that share a place in the memory of words stay apart', () => {
  const words = Array.from({ length: 3_000 }, (_, at) => `word${at}`)
  const bytes = dagCbor.encode(words)
  for (let round = 0; round < 2; round++) expect(readCbor(bytes)).toEqual(words)
})

test('a key that names the prototype is a field like any other', () => {
  const value = readCbor(dagCbor.encode(JSON.parse('{"__proto__":{"admin":true}}')))
  expect(Object.keys(value as object)).toEqual(['__proto__'])
  expect((value as { admin?: boolean }).admin).toBeUndefined()
})
