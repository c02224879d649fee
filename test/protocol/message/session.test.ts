import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { encode } from '../../../src/protocol/canonical.ts'
import {
  FRAME_BYTES_MAX,
  INLINE_BYTES_MAX,
  SEALED_BYTES_MAX,
  STATE_INLINE_BYTES_MAX
} from '../../../src/protocol/constants.ts'
import {
  decodeBulkHeader,
  decodeSessionFrame,
  encodeBulkHeader,
  encodeSessionFrame
} from '../../../src/protocol/message/session.ts'
import type { SessionFrame } from '../../../src/protocol/message/session.ts'
import { bytesOf, codeOf, count, errorRecord, label } from '../samples.ts'

const id = bytesOf(16)
const bytes = fc.uint8Array({ maxLength: 200 })
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const kind = <Kind extends string>(name: Kind) => fc.constant(name)
const frame = fc.oneof(
  fc.record({
    kind: kind('request'),
    id,
    task: bytes,
    input: optional(bytes),
    state: optional(bytes)
  }),
  fc.record({ kind: kind('cancel'), id, reason: optional(label) }),
  fc.record({ kind: kind('accepted'), id, ahead: count }),
  fc.record({
    kind: kind('rejected'),
    id,
    error: errorRecord,
    retryAfterMs: optional(fc.integer({ min: 0, max: 86_400_000 }))
  }),
  fc.record({
    kind: kind('progress'),
    id,
    fraction: optional(fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs)),
    message: optional(label)
  }),
  fc.record({
    kind: kind('result'),
    id,
    result: bytes,
    output: optional(bytes),
    patch: optional(bytes)
  })
)

const coded = (some: unknown): Buffer => Buffer.concat(encodeSessionFrame(some as SessionFrame))

test('any frame comes back as it went', () => {
  fc.assert(
    fc.property(frame, (some) => {
      expect(decodeSessionFrame(coded(some))).toEqual(some)
    })
  )
})

test('the largest request fits in a frame, and not one byte more in it', () => {
  const largest = {
    kind: 'request',
    id: new Uint8Array(16),
    task: new Uint8Array(SEALED_BYTES_MAX),
    input: new Uint8Array(INLINE_BYTES_MAX),
    state: new Uint8Array(STATE_INLINE_BYTES_MAX)
  } as const
  expect(coded(largest).length).toBeLessThan(FRAME_BYTES_MAX)
  expect(decodeSessionFrame(coded(largest))).toEqual(largest)
  for (const change of [
    { task: new Uint8Array(SEALED_BYTES_MAX + 1) },
    { input: new Uint8Array(INLINE_BYTES_MAX + 1) },
    { state: new Uint8Array(STATE_INLINE_BYTES_MAX + 1) }
  ]) {
    expect(codeOf(() => decodeSessionFrame(coded({ ...largest, ...change })))).toBe('MALFORMED')
  }
})

test('the id of a decoded frame is a copy, even from a pooled buffer', () => {
  const source = coded({ kind: 'accepted', id: new Uint8Array(16).fill(7), ahead: 1 })
  const decoded = decodeSessionFrame(source)
  source.fill(0)
  expect(new Set(decoded.id)).toEqual(new Set([7]))
})

test('a frame of an unknown kind, without id or without body is malformed', () => {
  const sixteen = Buffer.alloc(16)
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.of(1),
    Buffer.concat([Buffer.of(3), sixteen]),
    Buffer.concat([Buffer.of(0), sixteen, encode({ ahead: 1 })]),
    Buffer.concat([Buffer.of(7), sixteen, encode({ ahead: 1 })]),
    Buffer.concat([Buffer.of(3), sixteen, encode(null)]),
    Buffer.concat([Buffer.of(3), sixteen, encode({ ahead: 1, id: 2 })]),
    Buffer.concat([Buffer.of(3), sixteen, encode({ ahead: 1, kind: 'result' })])
  ]) {
    expect(codeOf(() => decodeSessionFrame(bytes))).toBe('MALFORMED')
  }
})

test('a wait that no timer can hold is malformed', () => {
  const error = { code: 'BUSY', message: 'full' }
  for (const retryAfterMs of [-1, 1.5, 86_400_001, Number.MAX_SAFE_INTEGER]) {
    const rejected = { kind: 'rejected', id: new Uint8Array(16), error, retryAfterMs }
    expect(codeOf(() => decodeSessionFrame(coded(rejected)))).toBe('MALFORMED')
  }
})

test('bulk headers come back as they went, and nothing else is one', () => {
  for (const part of ['input', 'state', 'output', 'chunks', 'patch'] as const) {
    const header = { id: new Uint8Array(16).fill(9), part }
    expect(decodeBulkHeader(encodeBulkHeader(header))).toEqual(header)
  }
  for (const value of [null, {}, { id: new Uint8Array(16), part: 'key' }, { part: 'input' }]) {
    expect(codeOf(() => decodeBulkHeader(encode(value)))).toBe('MALFORMED')
  }
})
