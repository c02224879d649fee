/**
 * From OTLP spans to the observer's words.
 *
 * Nothing of a span gets lost: its attributes, and its resource's under `resource.`, are kept as
 * they came. A span that has no valid ids or no start is rejected and counted, and the others stay.
 */

import type { JsonObject, JsonValue } from '../../protocol/json.ts'
import { clip } from '../../protocol/text.ts'
import { adapt } from '../adapters/adapt.ts'
import { textIn } from '../adapters/attributes.ts'
import type { Told } from '../adapters/convention.ts'
import type { Fact, HandoffPart, Parts, Source, SpanPart } from '../model.ts'
import type { OtlpEvent, OtlpSpan } from './span.ts'

export interface ReadSpans extends Parts {
  /** Spans left out, count, and why the first was. */
  readonly rejected: number
  readonly reason: string | undefined
}

/** Bytes of a name or an error's text that are shown; attributes hold the rest. */
const NAME_BYTES_MAX = 512
const MESSAGE_BYTES_MAX = 4_096
/** Attributes of a resource, characters as JSON: some ten times what SDKs tell of one. */
const RESOURCE_CHARS_MAX = 16 * 1024
const NO_ID = /^0*$/
/** Whole numbers of µs that every store can count. */
const US_MAX = Number.MAX_SAFE_INTEGER
const ERROR = 2

export function readSpans(spans: readonly OtlpSpan[], source: Source): ReadSpans {
  const parts = {
    spans: [] as SpanPart[],
    handoffs: [] as HandoffPart[],
    facts: [] as Fact[]
  }
  let rejected = 0
  let reason: string | undefined
  for (const span of spans) {
    const fault = faultOf(span)
    if (fault === undefined) {
      const told = adapt(span)
      parts.spans.push(partOf(span, told, source))
      const handoff = handoffOf(span, told, source)
      if (handoff !== undefined) parts.handoffs.push(handoff)
      for (const [index, event] of span.events.entries()) {
        parts.facts.push(factOf(event, index, { span, source }))
      }
    } else {
      rejected++
      reason ??= fault
    }
  }
  return { ...parts, rejected, reason }
}

function faultOf({ trace, span, startUs, endUs }: OtlpSpan): string | undefined {
  if (NO_ID.test(trace)) return 'a span has no valid traceId (16 bytes, not all zero)'
  if (NO_ID.test(span)) return 'a span has no valid spanId (8 bytes, not all zero)'
  if (startUs <= 0) return 'a span has no startTimeUnixNano'
  if (Math.max(startUs, endUs) > US_MAX) return 'a span lies beyond the year 2255'
  return endUs !== 0 && endUs < startUs ? 'a span ends before it starts' : undefined
}

function partOf(span: OtlpSpan, told: Told, source: Source): SpanPart {
  const { trace, parent, startUs, endUs, attributes, resource } = span
  const service = textIn(resource, 'service.name')
  const { kind, name, handoff: _, tokens, cost, ...rest } = told
  const agent = told.agent ?? service
  const hasTokens = tokens !== undefined && Object.keys(tokens).length > 0
  return {
    ...{ trace, span: span.span, source, startUs },
    ...(kind !== undefined && { kind }),
    ...definite(rest),
    ...(NO_ID.test(parent) ? {} : { parent }),
    ...(endUs > 0 && { endUs }),
    name: clip(name ?? span.name, NAME_BYTES_MAX),
    ...(agent !== undefined && { agent: clip(agent, NAME_BYTES_MAX) }),
    ...(service !== undefined && { service: clip(service, NAME_BYTES_MAX) }),
    // Sums of what is below them stand in many outer spans: only models spend.
    ...(kind === 'model' && hasTokens && { tokens }),
    ...(kind === 'model' && cost !== undefined && { cost, costSource: 'reported' as const }),
    ...statusOf(span),
    attributes: withResource(attributes, resource, span)
  }
}

type Definite<T> = { [Key in keyof T]: Exclude<T[Key], undefined> }

function definite<T extends object>(record: T): Definite<T> {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Definite<T>
}

function statusOf(span: OtlpSpan): Pick<SpanPart, 'status' | 'error'> {
  const { attributes, status, endUs } = span
  const type = textIn(attributes, 'error.type')
  if (status !== ERROR && type === undefined) return { status: endUs > 0 ? 'ok' : 'open' }
  const thrown = span.events.find(({ name }) => name === 'exception')?.attributes ?? {}
  const code = type ?? textIn(thrown, 'exception.type') ?? 'ERROR'
  const message = span.message || (textIn(thrown, 'exception.message') ?? code)
  const error = { code: clip(code, NAME_BYTES_MAX), message: clip(message, MESSAGE_BYTES_MAX) }
  return { status: 'error', error }
}

/** What each span of a resource gets of it, and what was left out, count. */
interface Shared {
  readonly attributes: JsonObject
  readonly cut: number
}
const shared = new WeakMap<JsonObject, Shared>()

/** Once for all spans of it: each keeps a copy, so a large one would become thousands of large. */
function sharedOf(resource: JsonObject): Shared {
  const known = shared.get(resource)
  if (known !== undefined) return known
  const kept: [string, JsonValue][] = []
  let [chars, cut] = [0, 0]
  for (const [name, value] of Object.entries(resource)) {
    const size = name.length + JSON.stringify(value).length
    if (chars + size > RESOURCE_CHARS_MAX) cut++
    else {
      chars += size
      kept.push([`resource.${name}`, value])
    }
  }
  const made = { attributes: Object.fromEntries(kept), cut }
  shared.set(resource, made)
  return made
}

function withResource(attributes: JsonObject, resource: JsonObject, span: OtlpSpan): JsonObject {
  const { scope, kind, links } = span
  const common = sharedOf(resource)
  const cut = span.cut + common.cut
  return {
    ...attributes,
    ...common.attributes,
    ...(scope !== '' && { 'otel.scope.name': scope }),
    ...(kind !== 0 && { 'otel.span.kind': kind }),
    ...(links.length > 0 && { 'otel.links': links.map((link) => ({ ...link })) }),
    ...(cut > 0 && { 'peerwork.cut': cut })
  }
}

function handoffOf(span: OtlpSpan, { handoff }: Told, source: Source): HandoffPart | undefined {
  if (handoff === undefined) return undefined
  const { to, mode } = handoff
  const from = handoff.from ?? textIn(span.resource, 'service.name')
  const { status, error } = statusOf(span)
  return {
    ...{ trace: span.trace, id: span.span, side: 'giver', source, mode, to, span: span.span },
    ...(from !== undefined && { from }),
    offeredUs: span.startUs,
    ...(span.endUs > 0 && { endedUs: span.endUs }),
    status: status === 'open' || status === undefined ? 'offered' : status,
    ...(error !== undefined && { error })
  }
}

interface Of {
  readonly span: OtlpSpan
  readonly source: Source
}

function factOf(event: OtlpEvent, index: number, { span: of, source }: Of): Fact {
  const { trace, span } = of
  return {
    ...{ id: `${source.by}/${trace}/${span}/${index}`, source, trace, span },
    atUs: event.atUs > 0 && event.atUs <= US_MAX ? event.atUs : of.startUs,
    type: event.name === 'exception' ? 'error' : clip(event.name || 'event', NAME_BYTES_MAX),
    body: event.attributes
  }
}
