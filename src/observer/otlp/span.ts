/** An OTLP span after decoding, whichever encoding it came in, and the limits of one request. */

import type { JsonObject } from '../../protocol/json.ts'

/** Spans in one request, count: some 20 times what SDKs send at once. */
export const SPANS_MAX = 10_000
/** Attributes of one span, event or resource, count: the SDKs' own default is 128. */
export const ATTRIBUTES_MAX = 256
/** One text in an attribute, UTF-16 units: a long prompt; what is longer is cut and marked. */
export const TEXT_LENGTH_MAX = 256 * 1024
/** Events of one span, count: the SDKs' own default is 128. */
export const EVENTS_MAX = 256
/** Links of one span, count. */
export const LINKS_MAX = 128
/** Nesting of one attribute's value: deeper than that nobody reads. */
export const NESTING_MAX = 16

export interface OtlpEvent {
  readonly atUs: number
  readonly name: string
  readonly attributes: JsonObject
}

/** https://opentelemetry.io/docs/specs/otlp/ */
export interface OtlpSpan {
  /** 32 hex digits, lower case; empty when it was missing or malformed. */
  readonly trace: string
  readonly span: string
  readonly parent: string
  readonly name: string
  /** 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number
  /** µs since 1970; 0 when it was not told. */
  readonly startUs: number
  readonly endUs: number
  readonly attributes: JsonObject
  readonly events: readonly OtlpEvent[]
  readonly links: readonly { readonly trace: string; readonly span: string }[]
  /** 0 unset, 1 ok, 2 error. */
  readonly status: number
  readonly message: string
  readonly resource: JsonObject
  readonly scope: string
  /** Attributes and events left out because of the limits, count. */
  readonly cut: number
}
