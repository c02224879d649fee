import { expect, test } from 'vitest'
import { bytesFor, copyOf, utf8Of } from '../../src/protocol/bytes.ts'

test('a copy has the same bytes and a life of its own, at every length', () => {
  for (const length of [0, 1, 64, 65, 600, 4_096, 100_000]) {
    const source = Buffer.alloc(length, 7)
    const copy = copyOf(source)
    source.fill(0)
    expect(copy).toEqual(new Uint8Array(length).fill(7))
    expect(Buffer.isBuffer(copy)).toBe(false)
  }
})

test('rooms do not overlap', () => {
  const rooms = Array.from({ length: 200 }, (_, at) => bytesFor(100).fill(at))
  for (const [at, room] of rooms.entries()) expect(new Set(room)).toEqual(new Set([at]))
})

test('text comes as the bytes that TextEncoder makes of it', () => {
  for (const text of ['', 'a', 'é世\u{1f600}', '\ud800', 'x'.repeat(3_000), '世'.repeat(300)]) {
    expect(utf8Of(text)).toEqual(new TextEncoder().encode(text))
  }
})
