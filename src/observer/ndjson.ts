/**
 * Lines of NDJSON from code that is no agent: one span, event, handoff or change of state each.
 *
 * A line stands for itself: a wrong one is told with its number, and the others count. The same
 * line twice changes nothing.
 */

import { createHash } from 'node:crypto'
import * as z from 'zod/mini'
import { PeerworkError } from '../protocol/errors.ts'
import type { JsonObject, JsonValue } from '../protocol/json.ts'
import { isLowerHex } from '../protocol/trace-context.ts'
import { HANDOFF_MODES, SPAN_KINDS, SPAN_STATUSES } from './model.ts'
import type { HandoffPart, Parts, Source, SpanPart } from './model.ts'

/** One line, bytes: a span with a long prompt in its attributes. */
export const LINE_BYTES_MAX = 512 * 1024
const NAME_MAX = 512
const MESSAGE_MAX = 8_192
const OPERATIONS_MAX = 1_000
/** 1 000 000 tokens a second for a day: whatever is more was no count. */
const COUNT_MAX = 1e11
const COST_MAX = 1e9
/** ms: what is a whole number of µs that every store can count, the year 2255. */
const TIME_MAX = 9e12
/** Values inside each other in one line: real attributes stay far below. */
const NESTED_MAX = 64
const US = 1_000

const hex = (digits: number) =>
  z.string().check(z.refine((id) => id.length === digits && isLowerHex(id) && !/^0*$/.test(id)))
const name = z.string().check(z.minLength(1), z.maxLength(NAME_MAX))
/** ms since 1970, with fractions, or ISO 8601. */
const time = z.union([
  z.number().check(z.gte(0), z.lte(TIME_MAX)),
  z.pipe(
    z.iso.datetime({ offset: true }),
    z.pipe(
      z.transform((text: string) => Date.parse(text)),
      z.number().check(z.gte(0), z.lte(TIME_MAX))
    )
  )
])
const count = z.int().check(z.gte(0), z.lte(COUNT_MAX))
const cost = z.number().check(z.gte(0), z.lte(COST_MAX))
const error = z.strictObject({ code: name, message: z.string().check(z.maxLength(MESSAGE_MAX)) })
const json = z.custom<JsonValue>((value) => value !== undefined)
const record = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
)

const span = z.strictObject({
  type: z.literal('span'),
  trace: hex(32),
  span: hex(16),
  parent: z.optional(hex(16)),
  name,
  kind: z.optional(z.enum(SPAN_KINDS)),
  agent: z.optional(name),
  start: time,
  end: z.optional(time),
  status: z.optional(z.enum(SPAN_STATUSES)),
  error: z.optional(error),
  model: z.optional(name),
  provider: z.optional(name),
  tool: z.optional(name),
  tokens: z.optional(
    z.strictObject({
      input: z.optional(count),
      output: z.optional(count),
      cacheRead: z.optional(count),
      cacheWrite: z.optional(count),
      reasoning: z.optional(count)
    })
  ),
  cost: z.optional(cost),
  conversation: z.optional(name),
  attributes: z.optional(record)
})

const where = { trace: hex(32), span: z.optional(hex(16)), at: time }
const event = z.strictObject({
  type: z.literal('event'),
  ...where,
  name,
  body: z.optional(record)
})
const operation = z.strictObject({
  op: z.enum(['add', 'replace', 'remove', 'move', 'copy', 'test']),
  path: z.string().check(z.maxLength(MESSAGE_MAX)),
  from: z.optional(z.string().check(z.maxLength(MESSAGE_MAX))),
  value: z.optional(json)
})
const state = z.strictObject({
  type: z.literal('state'),
  ...where,
  /** Who changed it. */
  author: z.optional(name),
  operations: z.array(operation).check(z.minLength(1), z.maxLength(OPERATIONS_MAX))
})
const guard = z.strictObject({
  type: z.literal('guard'),
  ...where,
  guard: name,
  reason: z.optional(z.string().check(z.maxLength(MESSAGE_MAX))),
  limit: z.optional(z.number()),
  value: z.optional(z.number()),
  action: z.enum(['warned', 'stopped'])
})
const handoff = z.strictObject({
  type: z.literal('handoff'),
  trace: hex(32),
  /** Unique within the trace; both sides may tell under the same. */
  id: name,
  span: z.optional(hex(16)),
  side: z.optional(z.enum(['giver', 'taker'])),
  mode: z.optional(z.enum(HANDOFF_MODES)),
  from: z.optional(name),
  to: z.optional(name),
  skill: z.optional(name),
  offered: z.optional(time),
  accepted: z.optional(time),
  started: z.optional(time),
  ended: z.optional(time),
  status: z.optional(z.enum(['offered', 'accepted', 'ok', 'error', 'canceled', 'rejected'])),
  error: z.optional(error),
  ...{ bytes: z.optional(count), tokens: z.optional(count), cost: z.optional(cost) }
})

const line = z.discriminatedUnion('type', [span, event, state, guard, handoff])
/** What one line may be. */
export type Line = z.input<typeof line>
type Read = z.output<typeof line>

/** @throws PeerworkError `MALFORMED`, `TOO_LARGE`, saying what is wrong with the line */
export function readLine(text: string, source: Source): Parts {
  if (Buffer.byteLength(text) > LINE_BYTES_MAX) {
    throw new PeerworkError('TOO_LARGE', `a line of more than ${LINE_BYTES_MAX} bytes`)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (thrown) {
    throw new PeerworkError('MALFORMED', `no JSON: ${(thrown as Error).message}`, {}, thrown)
  }
  if (!isFlatterThan(value, NESTED_MAX)) {
    throw new PeerworkError('MALFORMED', `values nested deeper than ${NESTED_MAX}`)
  }
  const parsed = line.safeParse(value)
  if (!parsed.success) {
    throw new PeerworkError('MALFORMED', faultOf(parsed.error.issues[0]))
  }
  return partsOf(parsed.data, source, text)
}

/** Whatever walks through a value, like the way to another thread, does it by calling itself. */
function isFlatterThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((item) => isFlatterThan(item, depth - 1))
}

function faultOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return 'not a line'
  const path = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') return `unknown field ${issue.keys.join(', ')}`
  if (issue.code === 'invalid_union' && path === 'type') {
    return 'type: none of span, event, state, guard, handoff'
  }
  return path === '' ? 'not an object with a type' : `${path}: missing, or not what is due here`
}

function partsOf(read: Read, source: Source, text: string): Parts {
  if (read.type === 'span') return { spans: [spanOf(read, source)], handoffs: [], facts: [] }
  if (read.type === 'handoff') {
    return { spans: [], handoffs: [handoffOf(read, source)], facts: [] }
  }
  const { type, at, trace, span: of } = read
  const id = `${source.by}/${createHash('sha256').update(text).digest('hex').slice(0, 32)}`
  const place = { trace, ...(of !== undefined && { span: of }) }
  const fact = { id, source, atUs: Math.round(at * US), type: TYPES[type], ...place }
  if (type !== 'event') {
    return { spans: [], handoffs: [], facts: [{ ...fact, body: bodyOf(text) }] }
  }
  const kind = read.name === 'error' ? 'error' : `event.${read.name}`
  return { spans: [], handoffs: [], facts: [{ ...fact, type: kind, body: read.body ?? {} }] }
}

const TYPES = { event: 'event', state: 'state.changed', guard: 'guard.tripped' } as const

/** The line without what stands beside the body. It was read before, so it is an object. */
function bodyOf(text: string): JsonObject {
  const { type: _, at: __, trace: ___, span: ____, ...body } = JSON.parse(text) as JsonObject
  return body
}

type Definite<T> = { [Key in keyof T]: Exclude<T[Key], undefined> }

function definite<T extends object>(some: T): Definite<T> {
  const entries = Object.entries(some).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Definite<T>
}

function spanOf(read: Extract<Read, { type: 'span' }>, source: Source): SpanPart {
  const { type: _, start, end, tokens, kind = 'step', cost: paid, ...rest } = read
  const failed = read.error !== undefined
  const status = read.status ?? (failed ? 'error' : end === undefined ? 'open' : 'ok')
  return {
    ...definite(rest),
    ...{ source, kind, status, startUs: Math.round(start * US) },
    ...(end !== undefined && { endUs: Math.round(end * US) }),
    ...(tokens !== undefined && { tokens: definite(tokens) }),
    ...(paid !== undefined && { cost: paid, costSource: 'reported' as const })
  }
}

function handoffOf(read: Extract<Read, { type: 'handoff' }>, source: Source): HandoffPart {
  const { type: _, side = 'giver', offered, accepted, started, ended, ...rest } = read
  const us = (at: number | undefined): number | undefined =>
    at === undefined ? undefined : Math.round(at * US)
  const times = {
    offeredUs: us(offered),
    acceptedUs: us(accepted),
    startedUs: us(started),
    endedUs: us(ended)
  }
  const { trace, id, ...others } = rest
  return { trace, id, side, source, ...definite(others), ...definite(times) }
}
