/** What is in a PNG, read by its specification. */

import { crc32, inflateSync } from 'node:zlib'
import { expect } from 'vitest'

/** Reads a PNG as its specification says, and checks every chunk. */
export function readPng(png: Uint8Array) {
  const bytes = Buffer.from(png)
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
  const chunks = new Map<string, Buffer>()
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at)
    const named = bytes.subarray(at + 4, at + 8 + length)
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(named))
    chunks.set(named.toString('latin1', 0, 4), named.subarray(4))
    at += 12 + length
  }
  expect([...chunks.keys()]).toEqual(['IHDR', 'PLTE', 'IDAT', 'IEND'])
  const head = chunks.get('IHDR') ?? Buffer.alloc(13)
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)]
  const lines = inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0))
  expect(lines.length).toBe((width + 1) * height)
  const palette = chunks.get('PLTE') ?? Buffer.alloc(0)
  const colour = (x: number, y: number): string => {
    const index = lines[y * (width + 1) + 1 + x] ?? 0
    return palette.subarray(index * 3, index * 3 + 3).toString('hex')
  }
  return { width, height, colour }
}
