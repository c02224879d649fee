import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { decode, encode } from '../../src/protocol/canonical.ts'
import { glanceOf, withGlance } from '../../src/protocol/glance.ts'
import { readCard } from '../../src/protocol/message/card.ts'
import { readResult } from '../../src/protocol/message/result.ts'
import { readTask } from '../../src/protocol/message/task.ts'
import * as shape from '../../src/protocol/shape.ts'
import { readBatch } from '../../src/protocol/trace.ts'
import { batchBody, bob, cardBody, errorRecord, label, plainValue } from './samples.ts'
import { resultBody, taskBody } from './samples.ts'

const pair = shape.object({ a: shape.count, b: shape.optional(shape.text) })
const union = shape.union([
  shape.tagged('one', { a: shape.count }),
  shape.tagged('two', { b: shape.optional(shape.flag) })
])
/** Every word and every way to join words. */
const schemas: Record<string, z.ZodMiniType> = {
  bytes: shape.bytes(3),
  bytesUpTo: shape.bytesUpTo(3),
  agentId: shape.agentId,
  network: shape.network,
  agentName: shape.agentName,
  skillName: shape.skillName,
  address: shape.address,
  text: shape.text,
  shortText: shape.shortText,
  token: shape.token,
  traceparent: shape.traceparent,
  version: shape.version,
  time: shape.time,
  count: shape.count,
  wait: shape.wait,
  whole: shape.whole(-2, 4),
  quantity: shape.quantity,
  fraction: shape.fraction,
  flag: shape.flag,
  errorCode: shape.errorCode,
  facts: shape.facts,
  errorRecord: shape.errorRecord,
  oneOf: shape.oneOf(['one', 'two']),
  optional: shape.optional(shape.count),
  list: shape.list(shape.count, 3, 1),
  pair,
  also: shape.also(pair, ({ a }) => a < 100, 'too much'),
  union
}

const trace = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}`
const scalar = fc.oneof(
  fc.constantFrom(-3, -2, -1, -0, 0, 1, 4, 5, 100, 0.5, 1.01, Number.MAX_VALUE, 2 ** 53),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 8.64e15 + 2, 86_400_001, 1n),
  fc.constantFrom('one', 'two', 'a.b-c', '-', 'A', 'BUSY', bob.id, `${bob.id}x`, '/ip4/::', '/ '),
  fc.constantFrom(`${trace}-01`, `${trace}-0g`, trace, `00-${'0'.repeat(32)}-${'cd'.repeat(8)}-01`),
  fc.constantFrom('x'.repeat(64), 'x'.repeat(201), 'x'.repeat(4_097), 'é'.repeat(2_049)),
  fc.constantFrom('\u{1d400}'.repeat(40), 'a\u202eb', 'a\nb', '\ud800', ''),
  fc.integer(),
  fc.double(),
  label,
  fc.string({ unit: 'binary' }),
  fc.boolean(),
  fc.constantFrom(null, undefined),
  fc.uint8Array({ maxLength: 5 })
)
const keys = fc.constantFrom('a', 'b', 'type', 'code', 'message', 'facts', 'why', '__proto__')
const near = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 4 }),
  fc.dictionary(keys, scalar, { maxKeys: 4 }),
  fc.constantFrom(Array(2), { type: 'one', a: 1 }, { type: 'two' }, { a: 7 }, { a: 7, b: 'text' }),
  errorRecord,
  plainValue,
  fc.anything({ withNullPrototype: true, withSparseArray: true, withDate: true, withMap: true })
)

test.each(Object.entries(schemas))(
  'what passes %s at a glance the schema takes, and returns as it is',
  (_name, schema) => {
    const glance = glanceOf(schema)
    fc.assert(
      fc.property(near, (value) => {
        if (!glance(value)) return
        expect(schema.safeParse(value)).toEqual({ success: true, data: value })
      }),
      { numRuns: 3_000 }
    )
  }
)

test('what only the schema can tell does not pass at a glance', () => {
  const strange = z.string().check(z.minLength(2))
  expect(glanceOf(strange)('abc')).toBe(false)
  expect(glanceOf(shape.object({ a: strange }))({ a: 'abc' })).toBe(false)
  expect(shape.reader('thing', shape.object({ a: strange }))({ a: 'abc' })).toEqual({ a: 'abc' })
})

test('a schema keeps its own glance', () => {
  const schema = withGlance(z.string(), (value) => value === 'known')
  expect(glanceOf(schema)('known')).toBe(true)
  expect(glanceOf(schema)('other')).toBe(false)
})

test('honest messages pass at a glance: nothing of them is copied', () => {
  const messages: readonly (readonly [(value: unknown) => unknown, unknown])[] = [
    [readTask, taskBody({ key: 'order-7', parent: new Uint8Array(16) })],
    [readResult, resultBody()],
    [readCard, cardBody()],
    [readBatch, batchBody()]
  ]
  for (const [read, body] of messages) {
    const decoded = decode(encode(body))
    expect(read(decoded)).toBe(decoded)
  }
})
