/**
 * What one span adds to its trace and to the rollups, the same in every store.
 *
 * Sums are integers (µs, tokens, billionths of a dollar), since those of fractions depend on the
 * order of adding. A store adds what a span says now and takes away what it had added before.
 */

import type { SpanKind, SpanPart } from './model.ts'

/** Billionths of a US dollar: exact for the price of one cached token. */
export const NANOS = 1e9
/** µs */
export const HOUR_US = 3_600_000_000

/**
 * Where tokens and costs arise. Spans around them (agents, tasks, workflows) often repeat the sum
 * of what is inside, so they count only in a trace whose leaves say nothing.
 */
const LEAVES: readonly SpanKind[] = ['model', 'tool', 'retrieval', 'memory']
export const isLeaf = (kind: SpanKind): boolean => LEAVES.includes(kind)

/** When a span is taken to have been: its start, or all that is known. Null when nothing is. */
export const timeOf = ({ startUs, endUs }: SpanPart): number | null => startUs ?? endUs ?? null

/** Counts of one span; every field is an integer. */
export interface Sums {
  readonly spans: number
  readonly errors: number
  readonly durationUs: number
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly reasoning: number
  readonly costNanos: number
  readonly reportedNanos: number
  readonly estimatedNanos: number
  /** Model spans whose cost nobody knows. */
  readonly unknown: number
}

export const SUM_FIELDS = [
  ...(['spans', 'errors', 'durationUs', 'input', 'output', 'cacheRead'] as const),
  ...(['cacheWrite', 'reasoning', 'costNanos', 'reportedNanos', 'estimatedNanos'] as const),
  'unknown' as const
]

export function sumsOf(span: SpanPart): Sums {
  const { startUs, endUs, tokens = {}, costSource } = span
  const costNanos = Math.round((span.cost ?? 0) * NANOS)
  const estimated = costSource === 'estimated'
  return {
    spans: 1,
    errors: span.status === 'error' ? 1 : 0,
    durationUs: startUs === undefined || endUs === undefined ? 0 : Math.max(0, endUs - startUs),
    input: tokens.input ?? 0,
    output: tokens.output ?? 0,
    cacheRead: tokens.cacheRead ?? 0,
    cacheWrite: tokens.cacheWrite ?? 0,
    reasoning: tokens.reasoning ?? 0,
    costNanos,
    reportedNanos: estimated ? 0 : costNanos,
    estimatedNanos: estimated ? costNanos : 0,
    unknown: span.kind === 'model' && isUnknown(span) ? 1 : 0
  }
}

/** A model was called and nobody can say what that cost. */
const isUnknown = ({ cost, costSource }: SpanPart): boolean =>
  cost === undefined || costSource === 'unknown'

/** What a span adds to the row of its trace. */
export interface Share {
  readonly spans: number
  readonly errors: number
  /** Of leaves. */
  readonly tokens: number
  readonly costNanos: number
  /** Leaves that say tokens, and that say a cost. */
  readonly tokenLeaves: number
  readonly costLeaves: number
  /** Leaves by where their cost is from. */
  readonly reported: number
  readonly estimated: number
  readonly unknown: number
  /** Spans that nobody signed. */
  readonly unsealed: number
}

export const SHARE_FIELDS = [
  ...(['spans', 'errors', 'tokens', 'costNanos', 'tokenLeaves', 'costLeaves'] as const),
  ...(['reported', 'estimated', 'unknown', 'unsealed'] as const)
]
export const NO_SHARE: Share = {
  spans: 0,
  errors: 0,
  tokens: 0,
  costNanos: 0,
  tokenLeaves: 0,
  costLeaves: 0,
  reported: 0,
  estimated: 0,
  unknown: 0,
  unsealed: 0
}

export function shareOf(span: SpanPart): Share {
  const leaf = isLeaf(span.kind ?? 'other')
  const priced = leaf && span.cost !== undefined && span.costSource !== 'unknown'
  return {
    spans: 1,
    errors: span.status === 'error' ? 1 : 0,
    tokens: leaf ? tokensOf(span) : 0,
    costNanos: leaf ? Math.round((span.cost ?? 0) * NANOS) : 0,
    tokenLeaves: leaf && span.tokens !== undefined ? 1 : 0,
    costLeaves: leaf && span.cost !== undefined ? 1 : 0,
    reported: priced && span.costSource !== 'estimated' ? 1 : 0,
    estimated: priced && span.costSource === 'estimated' ? 1 : 0,
    unknown: span.kind === 'model' && isUnknown(span) ? 1 : 0,
    unsealed: span.source.kind === 'agent' ? 0 : 1
  }
}

export const tokensOf = ({ tokens }: SpanPart): number =>
  (tokens?.input ?? 0) + (tokens?.output ?? 0)

type Weakest = 'reported' | 'estimated' | 'unknown' | 'none'

/** The weakest of a trace's parts. */
export function weakest(share: Pick<Share, 'reported' | 'estimated' | 'unknown'>): Weakest {
  if (share.unknown > 0) return 'unknown'
  if (share.estimated > 0) return 'estimated'
  return share.reported > 0 ? 'reported' : 'none'
}

/** Attributes searched, UTF-16 units of one string, and strings of one span. */
const SEARCHED_UNITS_MAX = 512
const SEARCHED_STRINGS_MAX = 64

/** Everything of a span part that a search finds it by. */
export function searchedIn(part: SpanPart, into: Set<string>): void {
  const { name, agent, skill, model, provider, tool, error, service, conversation } = part
  for (const text of [name, agent, skill, model, provider, tool, service, conversation]) {
    if (text !== undefined) into.add(text)
  }
  if (error !== undefined) into.add(error.code).add(error.message)
  let left = SEARCHED_STRINGS_MAX
  for (const key in part.attributes) {
    const value = part.attributes[key]
    if (typeof value !== 'string' || value.length === 0) continue
    if (left-- === 0) break
    into.add(value.length > SEARCHED_UNITS_MAX ? value.slice(0, SEARCHED_UNITS_MAX) : value)
  }
}

/** Words of a text as the search index splits it. */
export function wordsOf(text: string): string[] {
  return [...new Set(text.toLowerCase().match(/[\p{L}\p{N}\p{Co}]+/gu))]
}
