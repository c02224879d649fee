import * as dagCbor from '@ipld/dag-cbor'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  writeCbor,
  writeCborWith,
  writeFields,
  WrittenItems
} from '../../src/protocol/cbor-writer.ts'
import { DEPTH_MAX } from '../../src/protocol/constants.ts'
import { plainValue } from './samples.ts'

const same = (value: unknown): void => {
  expect(writeCbor(value).toString('hex')).toBe(Buffer.from(dagCbor.encode(value)).toString('hex'))
}

test('writes the bytes that the reference writes, for any value', () => {
  fc.assert(fc.property(plainValue, same), { numRuns: 1_000 })
})

test('writes numbers, text and bytes as the reference does at every width', () => {
  for (const edge of [0, 23, 24, 0xff, 0x100, 0xffff, 0x10000, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]) {
    for (const value of [edge, -edge, -1 - edge, edge + 0.5, 2 * edge]) same(value)
    if (edge > 0x10000) continue
    for (const text of ['x', 'é', '世']) same(text.repeat(edge))
    same(new Uint8Array(edge).fill(7))
    same(Array(edge).fill(null))
  }
})

test('sorts the keys of any map by length and then by bytes, however many they are', () => {
  const keys = fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 3 }), { maxLength: 60 })
  fc.assert(fc.property(keys, (some) => same(Object.fromEntries(some.map((key) => [key, 1])))))
  // Above and below the surrogates, UTF-16 and UTF-8 disagree.
  same({ '\u{ffff}x': 1, '\u{1f600}': 2, '\u{1f601}': 3 })
})

test('a value larger than the shared buffer is written whole, and the next one too', () => {
  const large = { a: 'x'.repeat(100_000), b: Array(20_000).fill('é'), c: new Uint8Array(300_000) }
  same(large)
  same({ after: 1 })
})

test('bytes ahead are left to the caller', () => {
  const view = writeCbor({ a: 1 }, 40)
  expect(view.byteOffset).toBeGreaterThanOrEqual(40)
  expect(view.toString('hex')).toBe('a1616101')
})

test('after a value that cannot be written the next one is', () => {
  expect(() => writeCbor({ a: [1, Number.NaN] })).toThrow(TypeError)
  same({ a: [1, 2] })
})

test('what is no plain value is refused, and what no reader would take', () => {
  const nested = (levels: number): unknown => {
    let value: unknown = 0
    for (let level = 0; level < levels; level++) value = [value]
    return value
  }
  same(nested(DEPTH_MAX))
  const odd = [new Map(), new Date(0), 1n, undefined, Symbol('s'), nested(DEPTH_MAX + 1)]
  for (const value of odd) expect(() => writeCbor({ value: [value] })).toThrow(TypeError)
})

test('keys that come again are sorted as the first time, in whatever order and number', () => {
  const names = ['b', 'aa', 'a', 'zz', 'c', 'ccc', 'é']
  const some = fc.shuffledSubarray(names, { minLength: 1 })
  const maps = fc.array(some, { minLength: 20, maxLength: 60 })
  fc.assert(
    fc.property(maps, (all) => {
      for (const keys of all) same(Object.fromEntries(keys.map((key) => [key, { [key]: 1, b: 2 }])))
    }),
    { numRuns: 50 }
  )
  const bytes = (value: unknown): string => writeCbor(value).toString('hex')
  const without = bytes({ one: 1, three: 3 })
  expect(bytes({ one: 1, two: undefined, three: 3 })).toBe(without)
  expect(bytes({ one: 1, two: 2, three: undefined })).toBe(bytes({ one: 1, two: 2 }))
})

test('items that were written before make the list that they would have made', () => {
  const items = Array.from({ length: 30 }, (_, n) => ({ n, text: 'é'.repeat(n) }))
  const bytes = Buffer.concat(items.map((item) => Buffer.from(writeCbor(item))))
  const written = Buffer.from(writeCbor({ v: 1, items: new WrittenItems(items.length, bytes) }))
  expect(written).toEqual(Buffer.from(writeCbor({ v: 1, items })))
})

test('fields that were written before stand in their places, whatever stands between them', () => {
  const fields = fc.dictionary(fc.string({ maxLength: 4 }), plainValue, { maxKeys: 12 })
  const both = fc.tuple(fields, fields).map(([own, shared]) => {
    const others = Object.entries(shared).filter(([key]) => !Object.hasOwn(own, key))
    return [own, Object.fromEntries(others)] as const
  })
  fc.assert(
    fc.property(both, ([own, shared]) => {
      const written = writeFields(shared)
      // Twice: how they stand is remembered.
      for (let turn = 0; turn < 2; turn++) {
        const bytes = writeCborWith(own, written).toString('hex')
        expect(bytes).toBe(Buffer.from(dagCbor.encode({ ...shared, ...own })).toString('hex'))
      }
    }),
    { numRuns: 500 }
  )
})

test('a field that two maps have is refused, also when their forms are known', () => {
  const shared = writeFields({ task: 1, trace: 2 })
  expect(writeCborWith({ at: 1, type: 2 }, shared).toString('hex')).toBe(
    writeCbor({ at: 1, type: 2, task: 1, trace: 2 }).toString('hex')
  )
  for (let turn = 0; turn < 2; turn++) {
    expect(() => writeCborWith({ at: 1, task: 2 }, shared)).toThrow(TypeError)
  }
})
