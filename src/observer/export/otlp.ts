/** Spans as an OTLP request in JSON, for any backend that takes one. */

import type { JsonObject, JsonValue } from '../../protocol/json.ts'
import type { StoredSpan } from '../store.ts'

const INTERNAL = 1
const SERVER = 2
const CLIENT = 3
const OK = 1
const ERROR = 2
const RESOURCE = 'resource.'

/** https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
export function toOtlp(spans: readonly StoredSpan[]): JsonObject {
  const groups = new Map<string, StoredSpan[]>()
  for (const span of spans) {
    const key = JSON.stringify(resourceOf(span))
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [span])
    else group.push(span)
  }
  const resourceSpans = [...groups].map(([key, group]) => ({
    resource: { attributes: listOf(JSON.parse(key) as JsonObject) },
    scopeSpans: [{ scope: { name: 'peerwork' }, spans: group.map(spanOf) }]
  }))
  return { resourceSpans }
}

function resourceOf({ agent, service, attributes = {} }: StoredSpan): JsonObject {
  const own = Object.entries(attributes)
    .filter(([name]) => name.startsWith(RESOURCE))
    .map(([name, value]) => [name.slice(RESOURCE.length), value] as const)
  const name = service ?? agent ?? 'peerwork'
  return { 'service.name': name, ...Object.fromEntries<JsonValue>(own) }
}

function spanOf(span: StoredSpan): JsonObject {
  const { trace, span: id, parent, name, startUs, endUs, side } = span
  return {
    ...{ traceId: trace, spanId: id, name: name ?? 'span' },
    ...(parent !== undefined && { parentSpanId: parent }),
    kind: side === undefined ? INTERNAL : side === 'requester' ? CLIENT : SERVER,
    startTimeUnixNano: nanoseconds(startUs ?? endUs ?? 0),
    endTimeUnixNano: nanoseconds(endUs ?? startUs ?? 0),
    attributes: listOf(attributesOf(span)),
    status: statusOf(span)
  }
}

function statusOf({ status, error }: StoredSpan): JsonObject {
  if (status === 'ok') return { code: OK }
  if (status === 'open') return {}
  return { code: ERROR, message: error?.message ?? status }
}

/** GenAI names where there are any, and Peerwork's own for what they do not cover. */
function attributesOf(span: StoredSpan): JsonObject {
  const { tokens = {}, attributes = {}, source } = span
  const kept = Object.entries(attributes).filter(([name]) => !name.startsWith(RESOURCE))
  const all: Record<string, JsonValue | undefined> = {
    ...Object.fromEntries(kept),
    'peerwork.kind': span.kind,
    'peerwork.name': span.name,
    'peerwork.sealed': source.kind === 'agent',
    'peerwork.by': source.by,
    'peerwork.task.id': span.task,
    'peerwork.skill': span.skill,
    'peerwork.side': span.side,
    'peerwork.peer.id': span.peer,
    'peerwork.cost.usd': span.cost,
    'peerwork.cost.source': span.costSource,
    'gen_ai.agent.name': span.agent,
    'gen_ai.conversation.id': span.conversation,
    'gen_ai.provider.name': span.provider,
    'gen_ai.response.model': span.model,
    'gen_ai.tool.name': span.tool,
    'gen_ai.usage.input_tokens': tokens.input,
    'gen_ai.usage.output_tokens': tokens.output,
    'gen_ai.usage.cache_read.input_tokens': tokens.cacheRead,
    'gen_ai.usage.cache_creation.input_tokens': tokens.cacheWrite,
    'gen_ai.usage.reasoning.output_tokens': tokens.reasoning,
    'error.type': span.error?.code
  }
  const told = Object.entries(all).filter(([, value]) => value !== undefined)
  return Object.fromEntries(told) as JsonObject
}

const nanoseconds = (us: number): string => `${Math.round(us)}000`

const listOf = (attributes: JsonObject): JsonValue[] =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }))

function anyValue(value: JsonValue): JsonObject {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
  }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } }
  return value === null ? {} : { kvlistValue: { values: listOf(value as JsonObject) } }
}
