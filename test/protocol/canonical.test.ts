import { createHash } from 'node:crypto'
import * as dagCbor from '@ipld/dag-cbor'
import * as fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { expect, test } from 'vitest'
import {
  cidOf,
  decode,
  digest,
  digester,
  encode,
  encodedLength,
  encodeShared,
  fromHex,
  sameBytes,
  toHex
} from '../../src/protocol/canonical.ts'
import { codeOf } from './samples.ts'

test('one value has one encoding, whatever the order of its fields', () => {
  expect(toHex(encode({ bb: 1, a: 2 }))).toBe(toHex(encode({ a: 2, bb: 1 })))
  expect(toHex(encode({ a: 2, bb: 1 }))).toBe('a261610262626201')
})

test('a field of value undefined is left out, at every level', () => {
  const value = { a: 1, b: undefined, c: { d: undefined, e: [{ f: undefined }] } }
  expect(decode(encode(value))).toEqual({ a: 1, c: { e: [{}] } })
})

test.each([[Number.NaN], [Number.POSITIVE_INFINITY], [() => 1], [Symbol('s')], [undefined]])(
  'a value that DAG-CBOR cannot hold is our own fault: %s',
  (value) => {
    expect(codeOf(() => encode({ list: [value] }))).toBe('INTERNAL')
  }
)

test('the length is that of the encoding, and shared bytes are those of it', () => {
  for (const value of [{ a: 1 }, ['x'.repeat(100)], new Uint8Array(70_000)]) {
    expect(encodedLength(value)).toBe(encode(value).length)
    const bytes = encode(value)
    expect(sameBytes(encodeShared(value, 8), bytes)).toBe(true)
  }
  const kept = encode({ a: 'x'.repeat(100) })
  encode({ b: 'y'.repeat(100) })
  expect(decode(kept)).toEqual({ a: 'x'.repeat(100) })
})

test('a cycle is our own fault, not a crash', () => {
  const ring: Record<string, unknown> = {}
  ring['self'] = ring
  expect(codeOf(() => encode(ring))).toBe('INTERNAL')
})

test('60,000 nested lists are malformed, not a stack overflow', () => {
  expect(codeOf(() => decode(Buffer.alloc(60_000, 0x81)))).toBe('MALFORMED')
})

test('a number in more bytes than it needs is malformed', () => {
  expect(codeOf(() => decode(fromHex('1801')))).toBe('MALFORMED')
})

test('numbers that are none are malformed', () => {
  for (const hex of ['fb7ff8000000000000', 'fb7ff0000000000000', 'fbfff0000000000000']) {
    expect(codeOf(() => decode(fromHex(hex)))).toBe('MALFORMED')
  }
})

test('random bytes decode or are malformed, and never anything else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect([undefined, 'MALFORMED']).toContain(codeOf(() => decode(bytes)))
    }),
    { numRuns: 5_000 }
  )
})

test('decoded bytes are copies: changing the source changes nothing', () => {
  const source = Buffer.from(encode({ bytes: Uint8Array.of(1, 2, 3) }))
  const value = decode(source) as { bytes: Uint8Array }
  source.fill(0)
  expect([...value.bytes]).toEqual([1, 2, 3])
})

test('a digest in pieces is the digest of the whole', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), (pieces) => {
      const running = digester()
      for (const piece of pieces) running.update(piece)
      const whole = Buffer.concat(pieces)
      expect(sameBytes(running.digest(), digest(whole))).toBe(true)
      expect(running.digest()).toEqual(running.digest())
      expect(toHex(digest(whole))).toBe(createHash('sha256').update(whole).digest('hex'))
    })
  )
})

test('the content id is the one that multiformats computes', async () => {
  const bytes = encode({ hello: 'world' })
  const theirs = CID.createV1(dagCbor.code, await sha256.digest(bytes))
  expect(cidOf(bytes)).toBe(theirs.toString())
})

test('hexadecimal goes both ways, and anything else is refused', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(sameBytes(fromHex(toHex(bytes)), bytes)).toBe(true)
    })
  )
  for (const text of ['0', 'zz', '00 ', '0x00', '\n']) {
    expect(codeOf(() => fromHex(text))).toBe('MALFORMED')
  }
})

test('sameBytes tells length and content apart', () => {
  expect(sameBytes(Uint8Array.of(1), Uint8Array.of(1))).toBe(true)
  expect(sameBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBe(false)
  expect(sameBytes(Uint8Array.of(1), Uint8Array.of(2))).toBe(false)
})
