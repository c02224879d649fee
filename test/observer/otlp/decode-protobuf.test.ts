import * as fc from 'fast-check'
import protobuf from 'protobufjs/minimal.js'
import { expect, test } from 'vitest'
import { decodeJson } from '../../../src/observer/otlp/decode-json.ts'
import { decodeProtobuf } from '../../../src/observer/otlp/decode-protobuf.ts'
import { NESTING_MAX, SPANS_MAX } from '../../../src/observer/otlp/span.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'
import { sentBySdk } from './sdk.ts'

const [json, binary] = await sentBySdk()

test("the SDK's two encodings give the same spans", () => {
  const fromJson = decodeJson(json.body.toString())
  const fromBinary = decodeProtobuf(binary.body)
  expect(fromBinary).toHaveLength(1)
  // Ids and times differ: the spans were made twice.
  const still = ({ name, kind, attributes, events, links, status, message, resource }: Span) => ({
    ...{ name, kind, attributes, links, status, message, resource },
    events: events.map((event) => event.name)
  })
  expect(fromBinary.map(still)).toEqual(fromJson.map(still))
})
type Span = ReturnType<typeof decodeJson>[number]

test('every field arrives', () => {
  const [span] = decodeProtobuf(binary.body)
  expect(span).toMatchObject({
    ...{ name: 'invoke_agent planner', kind: 3, status: 2, message: 'it broke', scope: 'sample' },
    attributes: {
      ...{ ratio: 0.25, whole: 7, negative: -3, yes: true, words: ['a', 'b'] },
      numbers: [1, 2.5]
    },
    resource: { 'service.name': 'shop', region: 'north' },
    links: [{ trace: 'ab'.repeat(16), span: 'cd'.repeat(8) }]
  })
  expect(span?.trace).toMatch(/^[0-9a-f]{32}$/)
  expect(span?.events[0]).toMatchObject({ name: 'note', attributes: { detail: 'ünïcode ✓' } })
  expect(Math.abs((span?.startUs ?? 0) / 1_000 - Date.now())).toBeLessThan(60_000)
})

test('whatever comes instead is MALFORMED or harmless, and quick', () => {
  const bytes = new Uint8Array(binary.body)
  const mutated = fc
    .tuple(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length))
    .map(([at, value, end]) => {
      const copy = bytes.slice(0, Math.max(end, at + 1))
      copy[at] = value
      return copy
    })
  fc.assert(
    fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 300 })), (some) => {
      try {
        for (const { trace } of decodeProtobuf(some)) expect(trace).toMatch(/^(?:[0-9a-f]{32})?$/)
      } catch (error) {
        expect((error as PeerworkError).code).toBe('MALFORMED')
      }
    }),
    { numRuns: 2_000 }
  )
})

const wrap = (field: number, bytes: Uint8Array): Uint8Array =>
  protobuf.Writer.create()
    .uint32((field << 3) | 2)
    .bytes(bytes)
    .finish()
const asRequest = (span: Uint8Array): Uint8Array => wrap(1, wrap(2, wrap(2, span)))

test('values nested too deep are refused before the stack is', () => {
  const deep = (depth: number): Uint8Array => {
    let value = wrap(1, Buffer.from('x'))
    for (let level = 0; level < depth; level++) value = wrap(5, wrap(1, value))
    return asRequest(wrap(9, Buffer.concat([wrap(1, Buffer.from('k')), wrap(2, value)])))
  }
  expect(decodeProtobuf(deep(NESTING_MAX))).toHaveLength(1)
  expect(() => decodeProtobuf(deep(NESTING_MAX + 1))).toThrow(/nested deeper/)
  expect(() => decodeProtobuf(deep(20_000))).toThrow(PeerworkError)
})

test('too many spans in one request are refused', () => {
  const many = Array.from({ length: SPANS_MAX + 1 }, () => wrap(2, new Uint8Array()))
  const request = wrap(1, wrap(2, Buffer.concat(many)))
  expect(() => decodeProtobuf(request)).toThrow(/more than/)
})

test('a whole number beyond what a double holds stays exact, as a text', () => {
  const value = protobuf.Writer.create().uint32(24).int64('9007199254740993').finish()
  const attribute = Buffer.concat([wrap(1, Buffer.from('big')), wrap(2, value)])
  expect(decodeProtobuf(asRequest(wrap(9, attribute)))[0]?.attributes).toEqual({
    big: '9007199254740993'
  })
})
