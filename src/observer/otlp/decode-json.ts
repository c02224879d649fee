/**
 * OTLP's JSON request, read into the same spans: ids are hex, enums are numbers, 64-bit numbers may
 * be texts, and fields that are not known are ignored.
 *
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */

import type { JsonObject, JsonValue } from '../../protocol/json.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import { isLowerHex } from '../../protocol/trace-context.ts'
import { Cut } from './cut.ts'
import { splitJson } from './split-json.ts'
import { NESTING_MAX, SPANS_MAX } from './span.ts'
import type { OtlpEvent, OtlpSpan } from './span.ts'

/**
 * Span by span; yields nothing at times while it looks for them, so that others may go first.
 *
 * @throws PeerworkError `MALFORMED`, `TOO_LARGE`
 */
export function* spansInJson(request: string): Generator<OtlpSpan | undefined, void, void> {
  const { frame, spans } = yield* splitJson(request)
  if (spans.length > SPANS_MAX) {
    throw new PeerworkError('TOO_LARGE', `more than ${SPANS_MAX} spans in one request`)
  }
  const unread = new Map(spans.entries())
  const whole = parsed(frame)
  if (!isRecord(whole)) throw new PeerworkError('MALFORMED', 'not an OTLP request: no object')
  for (const group of recordsOf(whole['resourceSpans'])) {
    const resource = attributesOf(recordOf(group['resource'])['attributes'], new Cut(), 0)
    for (const part of recordsOf(group['scopeSpans'])) {
      const scope = textOf(recordOf(part['scope'])['name'])
      for (const place of placesOf(part['spans'])) {
        const text = unread.get(place)
        // A number that the sender wrote: it stands for one span at most, and once.
        if (text === undefined) continue
        unread.delete(place)
        yield { ...spanOf(recordOf(parsed(text))), resource, scope }
      }
    }
  }
}

/** All of it at once. @throws PeerworkError `MALFORMED`, `TOO_LARGE` */
export const decodeJson = (request: string): OtlpSpan[] =>
  [...spansInJson(request)].filter((span) => span !== undefined)

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const why = (error as Error).message
    throw new PeerworkError('MALFORMED', `not an OTLP request: ${why}`, {}, error)
  }
}

const placesOf = (value: unknown): readonly number[] =>
  Array.isArray(value) ? value.filter((place): place is number => Number.isInteger(place)) : []

function spanOf(span: JsonObject): OtlpSpan {
  const cut = new Cut()
  const status = recordOf(span['status'])
  const events: OtlpEvent[] = []
  for (const event of recordsOf(span['events'])) {
    if (!cut.event(events.length)) continue
    const attributes = attributesOf(event['attributes'], cut, 0)
    const atUs = microseconds(event['timeUnixNano'])
    events.push({ atUs, name: cut.text(textOf(event['name'])), attributes })
  }
  const links: { trace: string; span: string }[] = []
  for (const link of recordsOf(span['links'])) {
    if (!cut.link(links.length)) continue
    links.push({ trace: idOf(link['traceId'], 32), span: idOf(link['spanId'], 16) })
  }
  const attributes = attributesOf(span['attributes'], cut, 0)
  return {
    trace: idOf(span['traceId'], 32),
    span: idOf(span['spanId'], 16),
    parent: idOf(span['parentSpanId'], 16),
    name: cut.text(textOf(span['name'])),
    kind: wordOf(span['kind']),
    startUs: microseconds(span['startTimeUnixNano']),
    endUs: microseconds(span['endTimeUnixNano']),
    ...{ attributes, events, links, status: wordOf(status['code']) },
    ...{ message: cut.text(textOf(status['message'])), resource: {}, scope: '', cut: cut.count }
  }
}

const isRecord = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const recordOf = (value: unknown): JsonObject => (isRecord(value) ? value : {})
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
const wordOf = (value: unknown): number =>
  typeof value === 'number' && Number.isInteger(value) ? value : 0

function* recordsOf(value: unknown): Generator<JsonObject, void, void> {
  if (!Array.isArray(value)) return
  for (const item of value) if (isRecord(item)) yield item
}

function idOf(value: unknown, digits: number): string {
  const id = textOf(value).toLowerCase()
  return id.length === digits && isLowerHex(id) ? id : ''
}

const NANOSECONDS = /^\d{1,20}$/

/** Nanoseconds as a text or a number; as a number they are off by some 100 ns already. */
function microseconds(value: unknown): number {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.floor(value / 1_000) : 0
  const text = textOf(value)
  return NANOSECONDS.test(text) ? Number(text.slice(0, -3)) : 0
}

function attributesOf(value: unknown, cut: Cut, depth: number): JsonObject {
  const attributes: JsonObject = {}
  for (const item of recordsOf(value)) {
    cut.put(attributes, textOf(item['key']), valueOf(item['value'], cut, depth))
  }
  return attributes
}

function valueOf(value: unknown, cut: Cut, depth: number): JsonValue {
  if (depth > NESTING_MAX) {
    throw new PeerworkError('MALFORMED', `values nested deeper than ${NESTING_MAX}`)
  }
  const any = recordOf(value)
  const { stringValue, boolValue, intValue, doubleValue, bytesValue } = any
  if (typeof stringValue === 'string') return cut.text(stringValue)
  if (typeof boolValue === 'boolean') return boolValue
  if (intValue !== undefined) return wholeOf(intValue)
  if (doubleValue !== undefined) return doubleOf(doubleValue)
  if (typeof bytesValue === 'string') return cut.text(bytesValue)
  if (any['arrayValue'] !== undefined) {
    const list: JsonValue[] = []
    for (const item of recordsOf(recordOf(any['arrayValue'])['values'])) {
      if (cut.item(list.length)) list.push(valueOf(item, cut, depth + 1))
    }
    return list
  }
  const { kvlistValue } = any
  return kvlistValue === undefined
    ? null
    : attributesOf(recordOf(kvlistValue)['values'], cut, depth + 1)
}

const WHOLE = /^-?\d{1,20}$/

function wholeOf(value: JsonValue): JsonValue {
  const text = typeof value === 'number' ? String(value) : textOf(value)
  if (!WHOLE.test(text)) return null
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : text
}

/** `NaN` and the infinities are texts in JSON. */
function doubleOf(value: JsonValue): JsonValue {
  return typeof value === 'number' || typeof value === 'string' ? value : null
}
