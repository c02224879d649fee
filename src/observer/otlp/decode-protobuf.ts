/**
 * OTLP's binary request, read straight into spans.
 *
 * Field numbers are those of opentelemetry/proto/trace/v1/trace.proto. Fields that are not known
 * are skipped, as protobuf wants; what does not parse is one `MALFORMED` for the whole request.
 */

import protobuf from 'protobufjs/minimal.js'
import type { JsonObject, JsonValue } from '../../protocol/json.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import { Cut } from './cut.ts'
import { NESTING_MAX, SPANS_MAX } from './span.ts'
import type { OtlpEvent, OtlpSpan } from './span.ts'

type Reader = protobuf.Reader
/** Reads one field; false for one that it does not know. */
type Field = (number: number, reader: Reader) => boolean

/** Where a span stands, and what stands around it. */
interface Place {
  readonly at: number
  readonly around: { resource: JsonObject }
  readonly scope: { name: string }
}

/**
 * Span by span, so that others may go first in between.
 *
 * @throws PeerworkError `MALFORMED`, `TOO_LARGE`
 */
export function* spansInProtobuf(bytes: Uint8Array): Generator<OtlpSpan, void, void> {
  const places: Place[] = []
  const whole = protobuf.Reader.create(bytes)
  named(() =>
    message(whole, whole.len, (number, reader) => number === 1 && resourceSpans(reader, places))
  )
  for (const { at, around, scope } of places) {
    whole.pos = at
    const span = named(() => spanOf(whole))
    yield { ...span, resource: around.resource, scope: scope.name }
  }
}

/** All of it at once. @throws PeerworkError `MALFORMED`, `TOO_LARGE` */
export const decodeProtobuf = (bytes: Uint8Array): OtlpSpan[] => [...spansInProtobuf(bytes)]

function named<Value>(read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    if (error instanceof PeerworkError) throw error
    const why = (error as Error).message
    throw new PeerworkError('MALFORMED', `not an OTLP request: ${why}`, {}, error)
  }
}

function message(reader: Reader, end: number, field: Field): true {
  if (end > reader.len) throw new RangeError('a length beyond the end')
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (!field(tag >>> 3, reader)) reader.skipType(tag & 7)
  }
  if (reader.pos !== end) throw new RangeError('a field beyond the end of its message')
  return true
}

const nested = (reader: Reader, field: Field): true => {
  const length = reader.uint32()
  return message(reader, reader.pos + length, field)
}

function resourceSpans(reader: Reader, places: Place[]): true {
  const cut = new Cut()
  // It may stand behind its spans.
  const around = { resource: {} }
  return nested(reader, (number, inner) => {
    if (number === 1) {
      const found: JsonObject = {}
      nested(inner, (field, r) => field === 1 && keyValue(r, found, cut))
      around.resource = found
      return true
    }
    return number === 2 && scopeSpans(inner, around, places)
  })
}

function scopeSpans(reader: Reader, around: Place['around'], places: Place[]): true {
  const scope = { name: '' }
  return nested(reader, (number, inner) => {
    if (number === 1) {
      return nested(inner, (field, r) => {
        if (field !== 1) return false
        scope.name = r.string()
        return true
      })
    }
    if (number !== 2) return false
    if (places.length >= SPANS_MAX) {
      throw new PeerworkError('TOO_LARGE', `more than ${SPANS_MAX} spans in one request`)
    }
    places.push({ at: inner.pos, around, scope })
    return false
  })
}

type Open<T> = { -readonly [Key in keyof T]: T[Key] }

function spanOf(reader: Reader): OtlpSpan {
  const cut = new Cut()
  const events: OtlpEvent[] = []
  const links: { trace: string; span: string }[] = []
  const attributes: JsonObject = {}
  const span: Open<OtlpSpan> = {
    ...{ trace: '', span: '', parent: '', name: '', kind: 0, startUs: 0, endUs: 0 },
    ...{ attributes, events, links, status: 0, message: '', resource: {}, scope: '', cut: 0 }
  }
  const fields: Readonly<Record<number, (r: Reader) => unknown>> = {
    1: (r) => (span.trace = idOf(r, 16)),
    2: (r) => (span.span = idOf(r, 8)),
    4: (r) => (span.parent = idOf(r, 8)),
    5: (r) => (span.name = cut.text(r.string())),
    6: (r) => (span.kind = r.int32()),
    7: (r) => (span.startUs = microseconds(r)),
    8: (r) => (span.endUs = microseconds(r)),
    9: (r) => keyValue(r, attributes, cut),
    11: (r) => {
      const event = eventOf(r, cut)
      if (cut.event(events.length)) events.push(event)
    },
    13: (r) => {
      const link = linkOf(r)
      if (cut.link(links.length)) links.push(link)
    },
    15: (r) =>
      nested(r, (number, inner) => {
        if (number === 2) span.message = cut.text(inner.string())
        else if (number === 3) span.status = inner.int32()
        else return false
        return true
      })
  }
  nested(reader, (number, inner) => {
    const field = fields[number]
    field?.(inner)
    return field !== undefined
  })
  return { ...span, cut: cut.count }
}

function eventOf(reader: Reader, cut: Cut): OtlpEvent {
  const attributes: JsonObject = {}
  let atUs = 0
  let name = ''
  nested(reader, (number, inner) => {
    if (number === 1) atUs = microseconds(inner)
    else if (number === 2) name = cut.text(inner.string())
    else if (number === 3) keyValue(inner, attributes, cut)
    else return false
    return true
  })
  return { atUs, name, attributes }
}

function linkOf(reader: Reader): { trace: string; span: string } {
  let trace = ''
  let span = ''
  nested(reader, (number, inner) => {
    if (number === 1) trace = idOf(inner, 16)
    else if (number === 2) span = idOf(inner, 8)
    else return false
    return true
  })
  return { trace, span }
}

function keyValue(reader: Reader, into: JsonObject, cut: Cut): true {
  let key = ''
  let value: JsonValue = null
  nested(reader, (number, inner) => {
    if (number === 1) key = inner.string()
    else if (number === 2) value = anyValue(inner, cut, 0)
    else return false
    return true
  })
  cut.put(into, key, value)
  return true
}

function anyValue(reader: Reader, cut: Cut, depth: number): JsonValue {
  if (depth > NESTING_MAX) throw new RangeError(`values nested deeper than ${NESTING_MAX}`)
  let value: JsonValue = null
  nested(reader, (number, inner) => {
    if (number === 1) value = cut.text(inner.string())
    else if (number === 2) value = inner.bool()
    else if (number === 3) value = wholeOf(inner)
    else if (number === 4) value = finite(inner.double())
    else if (number === 5) value = listOf(inner, cut, depth)
    else if (number === 6) value = recordOf(inner, cut, depth)
    else if (number === 7) value = Buffer.from(inner.bytes()).toString('base64')
    else return false
    return true
  })
  return value
}

function listOf(reader: Reader, cut: Cut, depth: number): JsonValue[] {
  const list: JsonValue[] = []
  nested(reader, (number, inner) => {
    if (number !== 1) return false
    const value = anyValue(inner, cut, depth + 1)
    if (cut.item(list.length)) list.push(value)
    return true
  })
  return list
}

function recordOf(reader: Reader, cut: Cut, depth: number): JsonObject {
  const record: JsonObject = {}
  nested(reader, (number, inner) => {
    if (number !== 1) return false
    let key = ''
    let value: JsonValue = null
    nested(inner, (field, r) => {
      if (field === 1) key = r.string()
      else if (field === 2) value = anyValue(r, cut, depth + 1)
      else return false
      return true
    })
    cut.put(record, key, value)
    return true
  })
  return record
}

function idOf(reader: Reader, length: number): string {
  const bytes = reader.bytes()
  return bytes.length === length ? Buffer.from(bytes).toString('hex') : ''
}

/** fixed64 nanoseconds, as whole microseconds: exact, though nanoseconds fit no double. */
function microseconds(reader: Reader): number {
  const low = reader.fixed32()
  const high = reader.fixed32()
  return high * 4_294_967 + Math.floor((high * 296 + low) / 1_000)
}

/** int64: a number where it is exact, a text beyond. */
function wholeOf(reader: Reader): number | string {
  const bits = reader.int64() as unknown as number | { toString(): string }
  const text = bits.toString()
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : text
}

const finite = (value: number): JsonValue => (Number.isFinite(value) ? value : String(value))
