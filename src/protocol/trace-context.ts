/** W3C Trace Context: the ids that make one trace of what several agents did. */

import { PeerworkError } from './errors.ts'

/** Where in a trace something happens. Lower-case hex, as the W3C writes it. */
export interface TraceContext {
  /** 32 hex digits, not all zero. */
  readonly traceId: string
  /** 16 hex digits, not all zero. */
  readonly spanId: string
  readonly sampled: boolean
}

/** `00-`, 32 digits, `-`, 16 digits, `-`, 2 digits. */
const LENGTH = 55
const TRACE_AT = 3
const SPAN_AT = 36
const FLAGS_AT = 53

/** https://www.w3.org/TR/trace-context/#traceparent-header */
export function formatTraceparent(context: TraceContext): string {
  return `00-${context.traceId}-${context.spanId}-${context.sampled ? '01' : '00'}`
}

export function isTraceparent(text: string): boolean {
  return (
    text.length === LENGTH &&
    text.startsWith('00-') &&
    text[SPAN_AT - 1] === '-' &&
    text[FLAGS_AT - 1] === '-' &&
    isLowerHex(text, TRACE_AT, SPAN_AT - 1) &&
    isLowerHex(text, SPAN_AT, FLAGS_AT - 1) &&
    isLowerHex(text, FLAGS_AT) &&
    !text.startsWith(NO_TRACE, TRACE_AT) &&
    !text.startsWith(NO_SPAN, SPAN_AT)
  )
}

const NO_TRACE = '0'.repeat(32)
const NO_SPAN = '0'.repeat(16)

/** Whether all of a text, or of a part, is digits 0 to 9 and a to f. */
export function isLowerHex(text: string, start = 0, end = text.length): boolean {
  for (let at = start; at < end; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0x30 || (unit > 0x39 && unit < 0x61) || unit > 0x66) return false
  }
  return true
}

/** @throws PeerworkError `MALFORMED` for anything but version 00 with non-zero ids. */
export function parseTraceparent(text: string): TraceContext {
  if (!isTraceparent(text)) {
    throw new PeerworkError('MALFORMED', `not a W3C traceparent: ${text.slice(0, 80)}`)
  }
  const flags = Number.parseInt(text.slice(FLAGS_AT), 16)
  return {
    traceId: text.slice(TRACE_AT, SPAN_AT - 1),
    spanId: text.slice(SPAN_AT, FLAGS_AT - 1),
    sampled: (flags & 1) === 1
  }
}
