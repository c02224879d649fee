/**
 * How what is told becomes what is known: every store merges with these functions and no others.
 *
 * Each is commutative, associative and idempotent, so order and repetition of messages never
 * matter. Numbers of time widen the span, words of a fixed list hold by their place in it, other
 * words by their code units, counts by size: where two parts contradict each other, which they do
 * only when a producer does, the choice is arbitrary but everywhere the same.
 */

import { joined, sizeOf } from '../node/trace/ranges.ts'
import type { JsonObject, JsonValue } from '../protocol/json.ts'
import { HANDOFF_MODES, SPAN_KINDS, SPAN_STATUSES } from './model.ts'
import type { CostSource, Fact, HandoffPart, Source, SpanPart, Tokens } from './model.ts'
import type { Counters } from './store.ts'

/** Names, ids and codes, UTF-16 units; what is longer is cut. */
export const NAME_UNITS_MAX = 1_024
/** Messages of errors, UTF-16 units. */
export const MESSAGE_UNITS_MAX = 8_192
/** A count that no call has: sums over a store stay exact integers. */
const COUNT_MAX = 2 ** 30
/** US dollars of one span, for the same reason. */
const COST_MAX = 10_000
/** The year 2199 in µs: later clocks are broken, and sums of durations stay exact. */
const TIME_US_MAX = 7_258_118_400_000_000
/** Pieces in which numbers of one log are gone, count: what is beyond counts as missing. */
export const GONE_MAX = 256
const HANDOFF_STATUSES = ['offered', 'accepted', 'ok', 'error', 'canceled', 'rejected'] as const

type Merge<Value> = (a: Value, b: Value) => Value
interface Rule<Value> {
  /** What may be stored of the value; undefined when nothing may. */
  readonly fit: (value: Value) => Value | undefined
  readonly merge: Merge<Value>
}
type Rules<Part> = { readonly [Key in keyof Part]-?: Rule<NonNullable<Part[Key]>> | null }
type Loose = Readonly<Record<string, unknown>>

const lower = (a: number, b: number): number => Math.min(a, b)
const upper = (a: number, b: number): number => Math.max(a, b)
const greater = (a: string, b: string): string => (a > b ? a : b)

const within = (max: number) => (value: number) =>
  value >= 0 && value <= max ? value + 0 : undefined
const whole = (max: number) => (value: number) =>
  value >= 0 && value <= max ? Math.round(value) + 0 : undefined

/** Well-formed and without NUL, which not every database can keep. */
export function fitText(text: string, unitsMax = NAME_UNITS_MAX): string {
  const cut = text.length > unitsMax ? text.slice(0, unitsMax) : text
  const kept = cut.includes('\0') ? cut.replaceAll('\0', '\u{FFFD}') : cut
  return kept.isWellFormed() ? kept : kept.toWellFormed()
}

const word: Rule<string> = { fit: (text) => fitText(text), merge: greater }
/** A clock at 0 was never set. */
const time = (us: number): number | undefined => whole(TIME_US_MAX)(us) || undefined
const since: Rule<number> = { fit: time, merge: lower }
const until: Rule<number> = { fit: time, merge: upper }
const count: Rule<number> = { fit: whole(COUNT_MAX), merge: upper }

/** The later in the list holds, or the earlier. */
function ranked<Word extends string>(list: readonly Word[], later: boolean): Rule<Word> {
  const place = new Map<Word, number>(list.map((entry, index) => [entry, later ? index : -index]))
  return {
    fit: (value) => (place.has(value) ? value : undefined),
    merge: (a, b) => ((place.get(a) ?? 0) >= (place.get(b) ?? 0) ? a : b)
  }
}

type Failure = NonNullable<SpanPart['error']>
const failure: Rule<Failure> = {
  fit: ({ code, message }) => ({
    code: fitText(code),
    message: fitText(message, MESSAGE_UNITS_MAX)
  }),
  merge: (a, b) => {
    if (a.code !== b.code) return a.code > b.code ? a : b
    return a.message >= b.message ? a : b
  }
}

const TOKEN_RULES: Rules<Tokens> = {
  input: count,
  output: count,
  cacheRead: count,
  cacheWrite: count,
  reasoning: count
}
const tokens: Rule<Tokens> = {
  fit: (value) => fitBy(value, TOKEN_RULES),
  merge: (a, b) => mergeBy(a, b, TOKEN_RULES)
}

const attributes: Rule<JsonObject> = { fit: (value) => value, merge: mergeAttributes }

/** What makes the key is no rule: it is equal in both. */
const SPAN_RULES: Rules<SpanPart> = {
  trace: null,
  span: null,
  source: null,
  parent: word,
  kind: ranked(SPAN_KINDS, false),
  name: word,
  agent: word,
  service: word,
  startUs: since,
  endUs: until,
  status: ranked(SPAN_STATUSES, true),
  error: failure,
  task: word,
  skill: word,
  peer: word,
  side: ranked(['requester', 'executor'], true),
  waitedMs: { fit: within(TIME_US_MAX), merge: upper },
  model: word,
  provider: word,
  tool: word,
  tokens,
  cost: { fit: within(COST_MAX), merge: upper },
  costSource: ranked<CostSource>(['unknown', 'estimated', 'reported'], true),
  conversation: word,
  attributes
}

const HANDOFF_RULES: Rules<HandoffPart> = {
  trace: null,
  id: null,
  side: null,
  source: null,
  mode: ranked(HANDOFF_MODES, true),
  from: word,
  to: word,
  skill: word,
  span: word,
  offeredUs: since,
  acceptedUs: since,
  startedUs: since,
  endedUs: until,
  status: ranked(HANDOFF_STATUSES, true),
  error: failure,
  bytes: { fit: whole(2 ** 50), merge: upper },
  tokens: count,
  cost: { fit: within(COST_MAX), merge: upper }
}

const entriesOf = (rules: object): [string, Rule<unknown> | null][] =>
  Object.entries(rules) as [string, Rule<unknown> | null][]
const RULE_LISTS = new Map<object, [string, Rule<unknown> | null][]>(
  [SPAN_RULES, HANDOFF_RULES, TOKEN_RULES].map((rules) => [rules, entriesOf(rules)])
)

function fitBy<Part extends object>(part: Part, rules: Rules<Part>): Part {
  const from = part as Loose
  const into: Record<string, unknown> = {}
  for (const [key, rule] of RULE_LISTS.get(rules) ?? []) {
    const value = from[key]
    if (value === undefined || value === null) continue
    const fit = rule === null ? value : rule.fit(value)
    if (fit !== undefined) into[key] = fit
  }
  return into as Part
}

/** `a` itself when `b` has nothing to add. */
function mergeBy<Part extends object>(a: Part, b: Part, rules: Rules<Part>): Part {
  const [one, two] = [a as Loose, b as Loose]
  const into: Record<string, unknown> = {}
  let changed = false
  for (const [key, rule] of RULE_LISTS.get(rules) ?? []) {
    const [old, said] = [one[key], two[key]]
    const value = merged(old, said, rule)
    if (value === undefined) continue
    into[key] = value
    if (value !== old && !(rule === failure && sameFailure(old, value))) changed = true
  }
  return changed ? (into as Part) : a
}

function merged(old: unknown, said: unknown, rule: Rule<unknown> | null): unknown {
  if (said === undefined || rule === null) return old
  return old === undefined ? said : rule.merge(old, said)
}

const sameFailure = (a: unknown, b: unknown): boolean =>
  (a as Failure | undefined)?.code === (b as Failure).code &&
  (a as Failure).message === (b as Failure).message

/**
 * A span part with every field within its bounds; what is out of them counts as not said. What has
 * an end, and says nothing of it, ended well.
 */
export function fitSpan(part: SpanPart): SpanPart {
  const fit = fitBy(part, SPAN_RULES)
  return fit.endUs === undefined || fit.status !== undefined ? fit : { ...fit, status: 'ok' }
}

export function fitHandoff(part: HandoffPart): HandoffPart {
  return fitBy(part, HANDOFF_RULES)
}

/** Both are of one span and producer, and fit. @returns `a` itself when `b` adds nothing */
export function mergeSpan(a: SpanPart, b: SpanPart): SpanPart {
  // A cost belongs to its source: a reported one is not raised by an estimate.
  const [left, right] = [costRank(a), costRank(b)]
  // How it ended belongs to its end: a second try that succeeds outlives the first that failed.
  const [was, now] = [a.endUs ?? 0, b.endUs ?? 0]
  const one = without(a, { cost: left < right, end: was < now })
  const other = without(b, { cost: right < left, end: now < was })
  return mergeBy(one, other, SPAN_RULES)
}

const COST_RANK: Readonly<Record<CostSource, number>> = { unknown: 0, estimated: 1, reported: 2 }
const costRank = ({ costSource }: SpanPart): number =>
  costSource === undefined ? -1 : COST_RANK[costSource]

function without(part: SpanPart, { cost, end }: { cost: boolean; end: boolean }): SpanPart {
  if (!cost && !end) return part
  const { cost: paid, costSource, status, error, ...rest } = part
  return {
    ...rest,
    ...(!cost && paid !== undefined && { cost: paid }),
    ...(!cost && costSource !== undefined && { costSource }),
    ...(!end && status !== undefined && { status }),
    ...(!end && error !== undefined && { error })
  }
}

/** Both are of one handoff, side and producer, and fit. */
export function mergeHandoff(a: HandoffPart, b: HandoffPart): HandoffPart {
  return mergeBy(a, b, HANDOFF_RULES)
}

/** Of two facts with one id, which only a liar makes, the same one is kept everywhere. */
export function mergeFact(a: Fact, b: Fact): Fact {
  return canonicalJson(a as never) >= canonicalJson(b as never) ? a : b
}

/** Of two sayings about one log, the same one holds everywhere. @returns `a` for equal ones */
export function newerCounters(a: Counters, b: Counters): Counters {
  const rank = ({ issued, next, oldest, dropped }: Counters) => [issued, next, oldest, dropped]
  const [one, two] = [rank(a), rank(b)]
  const at = one.findIndex((value, index) => value !== two[index])
  const newer = at >= 0 && (two[at] ?? 0) > (one[at] ?? 0) ? b : a
  const most = Math.max(mostOf(a), mostOf(b))
  const gone = joined([...(a.gone ?? []), ...(b.gone ?? [])])
  const same = mostOf(newer) === most && sizeOf(newer.gone ?? []) === sizeOf(gone)
  if (same) return newer
  return {
    ...newer,
    ...(most > newer.next && { most }),
    ...(gone.length > 0 && { gone: gone.slice(0, GONE_MAX) })
  }
}

const mostOf = ({ next, most = next }: Counters): number => most

/**
 * Key by key; of two values the greater in canonical JSON. Keys come out sorted, unless `b` adds
 * nothing: then it is `a` itself.
 */
export function mergeAttributes(a: JsonObject, b: JsonObject): JsonObject {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()
  const both = Object.fromEntries(keys.map((key) => [key, greaterValue(own(a, key), own(b, key))]))
  return JSON.stringify(both) === canonicalJson(a) ? a : both
}

/** A key may be called `__proto__`. */
const own = (object: JsonObject, key: string): JsonValue | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined

function greaterValue(a: JsonValue | undefined, b: JsonValue | undefined): JsonValue {
  if (a === undefined || b === undefined) return ordered(a ?? b ?? null)
  return canonicalJson(a) > canonicalJson(b) ? ordered(a) : ordered(b)
}

/** JSON with sorted keys: one value, one text. */
export function canonicalJson(value: JsonValue): string {
  return JSON.stringify(ordered(value))
}

/** The same value with its keys sorted, all the way down. */
export function ordered(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(ordered)
  const object = value as JsonObject
  const keys = Object.keys(object).sort()
  return Object.fromEntries(keys.map((key) => [key, ordered(object[key] ?? null)]))
}

/** Whoever vouches, as one text: `agent:12D3…` or `key:ci`. */
export const sourceKey = ({ kind, by }: Source): string => `${kind}:${by}`
