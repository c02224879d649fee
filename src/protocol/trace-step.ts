/**
 * What a task tells of its steps, before an agent gives it ids: the words of events inside a task,
 * and of the skills that tell them.
 */

import type * as z from 'zod/mini'
import * as shape from './shape.ts'

/** Fields of every step that took time. `error` is a code or a kind, never a sentence of data. */
const timed = { wallMs: shape.quantity, error: shape.optional(shape.shortText) }

/** A call of a language model, in OpenTelemetry's GenAI words. */
export const MODEL_FIELDS = {
  ...timed,
  /** For example `openai`, `ollama`; `gen_ai.provider.name`. */
  provider: shape.shortText,
  /** As asked for; `gen_ai.request.model`. */
  model: shape.shortText,
  /** As it answered, when that differs; `gen_ai.response.model`. */
  responseModel: shape.optional(shape.shortText),
  /** `gen_ai.operation.name` */
  operation: shape.oneOf(['chat', 'text_completion', 'generate_content', 'embeddings']),
  /** Tokens: cached ones are part of `input`, reasoning is part of `output`. */
  input: shape.count,
  output: shape.count,
  cacheRead: shape.optional(shape.count),
  cacheWrite: shape.optional(shape.count),
  reasoning: shape.optional(shape.count),
  /** US dollars, when the server said so. */
  cost: shape.optional(shape.quantity),
  finish: shape.optional(shape.shortText)
} as const

export const TOOL_FIELDS = {
  ...timed,
  tool: shape.shortText,
  /** Of an HTTP request: the status of its answer. */
  status: shape.optional(shape.count)
} as const

/** Any other step that a skill tells of. */
export const STEP_FIELDS = {
  ...timed,
  name: shape.shortText,
  kind: shape.oneOf(['step', 'agent', 'workflow', 'retrieval', 'memory', 'other'])
} as const

/** A guard was reached. */
export const GUARD_FIELDS = {
  /** For example `budget.tokens`, `loop`, `depth`. */
  guard: shape.shortText,
  reason: shape.shortText,
  limit: shape.quantity,
  value: shape.quantity,
  action: shape.oneOf(['warned', 'stopped'])
} as const

/** How work passes on: the giver waits for the answer, leaves it to the taker, or asks a person. */
export const HANDOFF_MODE = shape.oneOf(['return-to-caller', 'pass-control', 'human'])

/** A handoff that is no task: to a person, or for good. Tasks tell theirs by their own events. */
export const OFFER_FIELDS = {
  mode: HANDOFF_MODE,
  /** Whom: an agent's id or name, or a person's name. */
  to: shape.shortText,
  reason: shape.optional(shape.shortText)
} as const

export const END_FIELDS = {
  outcome: shape.oneOf(['ok', 'error', 'canceled', 'rejected']),
  reason: shape.optional(shape.shortText)
} as const

/** Which of the handoffs that a task told of: its number, from 0. */
const nth = { call: shape.count }

const told = shape.union([
  shape.tagged('model.called', MODEL_FIELDS),
  shape.tagged('tool.called', TOOL_FIELDS),
  shape.tagged('step.ended', STEP_FIELDS),
  shape.tagged('guard.tripped', GUARD_FIELDS),
  shape.tagged('handoff.offered', { ...nth, ...OFFER_FIELDS }),
  shape.tagged('handoff.accepted', nth),
  shape.tagged('handoff.ended', { ...nth, ...END_FIELDS })
])

/** A step, a guard or a handoff inside a task, as its event has it but for the ids. */
export type Told = z.infer<typeof told>

/** Text is made printable. @throws PeerworkError `MALFORMED` */
export const readTold = shape.reader('word of a trace', told)
