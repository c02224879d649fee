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

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

/** https://www.w3.org/TR/trace-context/#traceparent-header */
export function formatTraceparent(context: TraceContext): string {
  return `00-${context.traceId}-${context.spanId}-${context.sampled ? '01' : '00'}`
}

export function isTraceparent(text: string): boolean {
  const [, traceId = '', spanId = ''] = TRACEPARENT.exec(text) ?? []
  return traceId !== '' && !/^0+$/.test(traceId) && !/^0+$/.test(spanId)
}

/** @throws PeerworkError `MALFORMED` for anything but version 00 with non-zero ids. */
export function parseTraceparent(text: string): TraceContext {
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(text) ?? []
  if (!isTraceparent(text)) {
    throw new PeerworkError('MALFORMED', `not a W3C traceparent: ${text.slice(0, 80)}`)
  }
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}
