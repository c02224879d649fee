import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeFrame, FrameParser, LENGTH_BYTES } from '../../src/protocol/frame.ts'
import { codeOf } from './samples.ts'

const CAP = 64 * 1024

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Cut a stream at the given places and collect what the parser makes of it. */
function parse(stream: Uint8Array, cuts: readonly number[], cap = CAP): Uint8Array[] {
  const parser = new FrameParser(cap)
  const places = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].toSorted(
    (a, b) => a - b
  )
  const frames: Uint8Array[] = []
  let at = 0
  for (const place of [...places, stream.length]) {
    frames.push(...parser.push(stream.subarray(at, place)))
    at = place
  }
  expect(parser.pending).toBe(0)
  return frames
}

const plain = (frames: readonly Uint8Array[]): string[] =>
  frames.map((frame) => Buffer.from(frame).toString('hex'))

test('a frame is its length, big endian, and its parts', () => {
  const frame = encodeFrame(Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(3))
  expect(Buffer.from(frame).toString('hex')).toBe('00000003010203')
  expect(frame.length).toBe(LENGTH_BYTES + 3)
})

test('any split of any sequence of frames gives the same frames', () => {
  const body = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 6_000 }))
  const bodies = fc.array(body, { maxLength: 12 })
  fc.assert(
    fc.property(bodies, fc.array(fc.nat(), { maxLength: 40 }), (frames, cuts) => {
      const stream = Buffer.concat(frames.map((frame) => encodeFrame(frame)))
      expect(plain(parse(stream, cuts))).toEqual(plain(frames))
    }),
    { numRuns: 500 }
  )
})

test('frames that come byte by byte are the same frames', () => {
  const frames = [
    Buffer.alloc(9_000, 1),
    Buffer.alloc(0),
    Buffer.alloc(3, 2),
    Buffer.alloc(5_000, 3)
  ]
  const stream = Buffer.concat(frames.map((frame) => encodeFrame(frame)))
  const parser = new FrameParser(CAP)
  const out: Uint8Array[] = []
  for (const byte of stream) out.push(...parser.push(Uint8Array.of(byte)))
  expect(plain(out)).toEqual(plain(frames))
})

test('small and large pieces in any mixture are the same frames', () => {
  const sizes = fc.array(fc.constantFrom(1, 3, 900, 1_023, 1_024, 5_000), { minLength: 20 })
  fc.assert(
    fc.property(sizes, (pieces) => {
      const frames = [1, 2, 3].map((fill) => Buffer.alloc(20_000, fill))
      const stream = Buffer.concat(frames.map((frame) => encodeFrame(frame)))
      let at = 0
      const cuts = pieces.map((size) => (at += size))
      expect(plain(parse(stream, cuts))).toEqual(plain(frames))
    })
  )
})

test('earlier frames stay as they were when later bytes arrive', () => {
  const parser = new FrameParser(CAP)
  const seen: Uint8Array[] = []
  const stream = Buffer.concat([1, 2, 3, 4].map((fill) => encodeFrame(Buffer.alloc(700, fill))))
  for (let at = 0; at < stream.length; at += 333) {
    seen.push(...parser.push(stream.subarray(at, at + 333)))
  }
  expect(seen.map((frame) => new Set(frame))).toEqual([1, 2, 3, 4].map((fill) => new Set([fill])))
})

test('a length over the cap is refused from the prefix alone, and for ever', () => {
  for (const [prefix, bytes] of [
    ['00010001', CAP + 1],
    ['ffffffff', 0xffffffff],
    ['80000000', 0x80000000]
  ] as const) {
    const parser = new FrameParser(CAP)
    expect(codeOf(() => [...parser.push(Buffer.from(prefix, 'hex'))])).toBe('TOO_LARGE')
    expect(parser.pending).toBe(0)
    const again = (): unknown => [...parser.push(encodeFrame(Uint8Array.of(1)))]
    expect(again).toThrow(expect.objectContaining({ facts: { bytes, bytesMax: CAP } }))
  }
})

test('a frame of exactly the cap is taken', () => {
  const parser = new FrameParser(8)
  expect([...parser.push(encodeFrame(Buffer.alloc(8)))]).toHaveLength(1)
})

test('frames before a bad length are still delivered', () => {
  const parser = new FrameParser(CAP)
  const seen: Uint8Array[] = []
  const stream = Buffer.concat([encodeFrame(Uint8Array.of(7)), Buffer.from('ffffffff', 'hex')])
  expect(() => {
    for (const frame of parser.push(stream)) seen.push(frame)
  }).toThrow('frame of 4294967295 bytes')
  expect(plain(seen)).toEqual(['07'])
})

test('a declared length allocates nothing', () => {
  const parsers = Array.from({ length: 200 }, () => new FrameParser(256 * 1024 * 1024))
  const before = process.memoryUsage().arrayBuffers
  for (const parser of parsers) expect([...parser.push(Buffer.from('0fffffff', 'hex'))]).toEqual([])
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * 1024 * 1024)
})

test('a frame that arrives byte by byte keeps no buffer of the transport alive', () => {
  const length = 256 * 1024
  const parser = new FrameParser(length)
  expect([...parser.push(encodeFrame(Buffer.alloc(length)).subarray(0, LENGTH_BYTES + 1))]).toEqual(
    []
  )
  collectGarbage()
  const before = process.memoryUsage().arrayBuffers
  for (let at = 1; at < length - 1; at++) {
    const transport = new Uint8Array(1_024)
    for (const _ of parser.push(transport.subarray(0, 1))) throw new Error('not yet')
  }
  collectGarbage()
  const held = process.memoryUsage().arrayBuffers - before
  expect(parser.pending).toBe(length - 1)
  // Without gathering, 256 MiB of the transport's buffers would be held. Collected ones are freed
  // by another thread, which may be some MiB behind.
  expect(held).toBeLessThan(64 * 1024 * 1024)
  expect([...parser.push(Uint8Array.of(0))]).toHaveLength(1)
})
