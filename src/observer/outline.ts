/**
 * What a trace looks like from outside, as far as it is no sum: when it was, and which span speaks
 * for it. The root does, or the earliest as long as no root was told.
 */

import { sourceKey } from './merge.ts'
import type { SpanPart, SpanStatus } from './model.ts'
import { isLeaf, NANOS, timeOf, tokensOf } from './sums.ts'

export interface Lead {
  readonly root: boolean
  /** µs; null when nobody told a time. */
  readonly time: number | null
  readonly span: string
  /** As `sourceKey` has it. */
  readonly source: string
  readonly name: string
  readonly status: SpanStatus
}

export interface Outline {
  /** Null as long as no span says a time. */
  readonly start: number | null
  readonly finish: number | null
  readonly lead: Lead | undefined
  /** The most that a span around others says: for a trace whose leaves say nothing. */
  readonly outerTokens: number
  readonly outerNanos: number
  readonly outerEstimated: boolean
}

export const NO_OUTLINE: Outline = {
  start: null,
  finish: null,
  lead: undefined,
  outerTokens: 0,
  outerNanos: 0,
  outerEstimated: false
}

/** Negative when `a` speaks for the trace rather than `b`. */
function compareLeads(a: Lead, b: Lead): number {
  if (a.root !== b.root) return a.root ? -1 : 1
  const [one, two] = [a.time ?? Infinity, b.time ?? Infinity]
  if (one !== two) return one < two ? -1 : 1
  if (a.span !== b.span) return a.span < b.span ? -1 : 1
  return a.source < b.source ? -1 : Number(a.source !== b.source)
}

function leadOf(span: SpanPart): Lead {
  return {
    root: span.parent === undefined,
    time: timeOf(span),
    span: span.span,
    source: sourceKey(span.source),
    name: span.name ?? '',
    status: span.status ?? 'open'
  }
}

/** The outline with one more span, or with what is newly known of one. */
export function widened(outline: Outline, span: SpanPart): Outline {
  const lead = leadOf(span)
  const { start, finish } = outline
  const leads = outline.lead === undefined || isSame(lead, outline.lead) || isBefore(lead, outline)
  const leaf = isLeaf(span.kind ?? 'other')
  const nanos = leaf ? 0 : Math.round((span.cost ?? 0) * NANOS)
  const estimated = span.costSource === 'estimated'
  const dearer =
    nanos > outline.outerNanos || (nanos === outline.outerNanos && nanos > 0 && !estimated)
  return {
    start: lead.time === null ? start : Math.min(start ?? Infinity, lead.time),
    finish: span.endUs === undefined ? finish : Math.max(finish ?? 0, span.endUs),
    lead: leads ? lead : outline.lead,
    outerTokens: leaf ? outline.outerTokens : Math.max(outline.outerTokens, tokensOf(span)),
    outerNanos: dearer ? nanos : outline.outerNanos,
    outerEstimated: dearer ? estimated : outline.outerEstimated
  }
}

const isSame = (a: Lead, b: Lead): boolean => a.span === b.span && a.source === b.source
const isBefore = (lead: Lead, outline: Outline): boolean =>
  outline.lead !== undefined && compareLeads(lead, outline.lead) < 0

/**
 * Whether the outline cannot be told from the change alone: what made it what it is went away, so
 * all spans have to be looked at.
 */
export function needsLook(outline: Outline, before: SpanPart | undefined, now: SpanPart): boolean {
  if (before === undefined) return false
  const [old, lead] = [leadOf(before), leadOf(now)]
  if (outline.lead !== undefined && isSame(old, outline.lead) && compareLeads(lead, old) > 0) {
    return true
  }
  if (old.time !== null && old.time === outline.start && (lead.time ?? 0) > old.time) return true
  const outer = !isLeaf(before.kind ?? 'other')
  if (!outer || (before.cost === undefined && before.tokens === undefined)) return false
  if (isLeaf(now.kind ?? 'other')) return true
  return before.cost !== now.cost || before.costSource !== now.costSource
}
