import * as dagCbor from '@ipld/dag-cbor'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkCborForm } from '../../src/protocol/cbor-form.ts'
import { DEPTH_MAX, VALUES_MAX } from '../../src/protocol/constants.ts'
import { codeOf } from './samples.ts'

const refusal = (hex: string): string => {
  try {
    checkCborForm(Buffer.from(hex, 'hex'))
    return 'taken'
  } catch (error) {
    return (error as Error).message.replace('not canonical DAG-CBOR: ', '')
  }
}

test('lets every value pass that DAG-CBOR writes', () => {
  const leaf = fc.oneof(
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'grapheme' }),
    fc.uint8Array(),
    fc.boolean(),
    fc.constant(null)
  )
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 6, depthSize: 'small' },
      leaf,
      fc.array(tie('value'), { maxLength: 5 }),
      fc.dictionary(fc.string({ unit: 'grapheme' }), tie('value'), { maxKeys: 5 })
    )
  }))
  fc.assert(
    fc.property(value, (any) => {
      expect(codeOf(() => checkCborForm(dagCbor.encode(any)))).toBeUndefined()
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
  expect(codeOf(() => checkCborForm(nested(DEPTH_MAX)))).toBeUndefined()
  expect(codeOf(() => checkCborForm(nested(DEPTH_MAX + 1)))).toBe('MALFORMED')
  const maps = Buffer.from(`${'a16161'.repeat(DEPTH_MAX + 1)}00`, 'hex')
  expect(codeOf(() => checkCborForm(maps))).toBe('MALFORMED')
})

test('takes exactly the number of values it names, keys included', () => {
  const list = (length: number): Uint8Array => dagCbor.encode(Array(length).fill(0))
  expect(codeOf(() => checkCborForm(list(VALUES_MAX - 1)))).toBeUndefined()
  expect(codeOf(() => checkCborForm(list(VALUES_MAX)))).toBe('MALFORMED')
  const fields = Array.from({ length: VALUES_MAX / 2 }, (_, at) => [`k${at}`, 0])
  expect(codeOf(() => checkCborForm(dagCbor.encode(Object.fromEntries(fields))))).toBe('MALFORMED')
})

test('throws nothing else, and leaves only long numbers for the decoder to refuse', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const code = codeOf(() => checkCborForm(bytes))
      expect([undefined, 'MALFORMED']).toContain(code)
      if (code !== undefined) return
      const strict = codeOf(() => dagCbor.decode(bytes)) ?? ''
      expect(strict).toMatch(/^$|more bytes than necessary/)
    }),
    { numRuns: 5_000 }
  )
})
