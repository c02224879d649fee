/**
 * What may leave through a share: every field by name, and nothing else. A field that is not here
 * is not sent but refused, also one that somebody adds elsewhere later.
 */

import * as z from 'zod/mini'
import { SPAN_KINDS, SPAN_STATUSES } from '../../observer/model.ts'
import { PROFILES } from './share.ts'

/** One text, UTF-16 units. */
export const TEXT_MAX = 300

const text = z.string().check(z.maxLength(TEXT_MAX))
const textOrNull = z.nullable(text)
const count = z.number().check(z.gte(0))
const countOrNull = z.nullable(count)
const told = <Schema extends z.ZodMiniType>(schema: Schema, description: string): Schema =>
  schema.check(z.meta({ description }))
const ms = told(z.nullable(z.number()), 'ms since the run began.')

/** Attributes that say how, never what about (OpenTelemetry's names). */
export const ATTRIBUTES = [
  ...['gen_ai.operation.name', 'gen_ai.provider.name', 'gen_ai.system', 'gen_ai.request.model'],
  ...['gen_ai.response.model', 'gen_ai.request.temperature', 'gen_ai.request.top_p'],
  ...['gen_ai.request.max_tokens', 'gen_ai.request.seed', 'gen_ai.output.type', 'error.type'],
  ...['http.request.method', 'http.response.status_code', 'http.request.resend_count']
] as const

const attributeValue = z.optional(z.union([text, z.number(), z.boolean()]))
const attributes = z.strictObject(
  Object.fromEntries(ATTRIBUTES.map((name) => [name, attributeValue]))
)

const shownSpan = z.strictObject({
  parent: told(z.nullable(count), 'Which of `spans` began it, by its place.'),
  lane: told(count, 'Which of `lanes` did it, by its place.'),
  kind: z.enum(SPAN_KINDS),
  name: textOrNull,
  fromMs: ms,
  toMs: ms,
  status: z.enum(SPAN_STATUSES),
  tokens: countOrNull,
  cost: countOrNull,
  error: z.nullable(z.strictObject({ code: text, message: text })),
  ...{ model: textOrNull, tool: textOrNull, skill: textOrNull },
  attributes: z.nullable(attributes)
})

export const shownRun = z.strictObject({
  profile: z.enum(PROFILES),
  title: told(text, 'Of numbers alone: `A run of 3 agents, 12 s, failed`.'),
  name: textOrNull,
  at: told(z.nullable(z.number()), 'When it began, ms since 1970; null for `shape`.'),
  status: z.enum(SPAN_STATUSES),
  ms: told(z.nullable(count), 'How long it took; null while it runs.'),
  errors: count,
  tokens: countOrNull,
  cost: told(countOrNull, 'US dollars.'),
  lanes: told(z.array(z.strictObject({ name: text })), 'Agents, by when they came in.'),
  spans: told(z.array(shownSpan), 'By when they began.'),
  left: told(count, 'Spans that are not shown, because they are too many.')
})

export type ShownRun = z.output<typeof shownRun>
export type ShownSpan = ShownRun['spans'][number]
