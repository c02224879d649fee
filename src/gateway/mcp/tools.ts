/**
 * What agents may ask of their own traces: each tool is one question to the read API.
 *
 * From far to near: a list, then one trace as a tree without attributes, then one span. Nothing
 * here changes anything.
 */

import * as z from 'zod'
import type { JsonObject } from '../../protocol/json.ts'
import type { Ask } from './ask.ts'

export interface Tool {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly input: z.ZodObject
  readonly run: (input: never, ask: Ask) => Promise<JsonObject>
}

function tool<Input extends z.ZodObject>(
  spec: Omit<Tool, 'input' | 'run'> & {
    readonly input: Input
    readonly run: (input: z.output<Input>, ask: Ask) => Promise<JsonObject>
  }
): Tool {
  return spec
}

const trace = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .describe('Trace id, 32 hex digits')
const span = z
  .string()
  .regex(/^[0-9a-f]{16}$/)
  .describe('Span id, 16 hex digits')
const time = z.string().max(40).describe('ISO 8601, or a time ago: 15m, 24h, 7d').optional()
const window = { from: time, to: time }
const limit = z.number().int().min(1).max(100).default(20)
const cursor = z.string().max(512).describe('`next` of the page before').optional()
const word = z.string().max(200).optional()

export const TOOLS: readonly Tool[] = [
  tool({
    ...{ name: 'query_traces', title: 'Find traces' },
    description:
      'Traces, newest first, that fit all conditions: words, agent, skill, model, tool, status, ' +
      'error code, cost, duration. Each with its status, spans, errors, tokens and cost.',
    input: z.strictObject({
      ...window,
      text: word.describe('Words that all occur in names, models or errors'),
      ...{ agent: word, skill: word, model: word, tool: word, error: word },
      status: z.enum(['open', 'ok', 'error', 'canceled']).optional(),
      costAbove: z.number().min(0).describe('US dollars').optional(),
      longerThanMs: z.number().min(0).optional(),
      ...{ limit, cursor }
    }),
    run: ({ cursor: after, ...query }, ask) => ask('/api/v1/traces', { ...query, after })
  }),
  tool({
    ...{ name: 'get_trace', title: 'Look at one trace' },
    description:
      'First without `span`: the tree of spans without attributes, the critical path, and where ' +
      'it broke. Then with `span`: that span with attributes and events.',
    input: z.strictObject({ trace, span: span.optional() }),
    run: ({ trace: id, span: one }, ask) =>
      ask(`/api/v1/traces/${id}${one === undefined ? '' : `/spans/${one}`}`)
  }),
  tool({
    ...{ name: 'get_handoffs', title: 'Who handed what to whom' },
    description:
      'Handoffs between agents, of one trace or of all: from, to, skill, how it ended, cost, ' +
      'time split into waiting, working and travelling, and what each side signed.',
    input: z.strictObject({
      trace: trace.optional(),
      ...{ ...window, agent: word },
      status: z.enum(['offered', 'accepted', 'ok', 'error', 'canceled', 'rejected']).optional(),
      ...{ limit, cursor }
    }),
    run: ({ trace: id, cursor: after, limit: most, ...query }, ask) =>
      id === undefined
        ? ask('/api/v1/handoffs', { ...query, limit: most, after })
        : ask(`/api/v1/traces/${id}/handoffs`, { limit: most, after })
  }),
  tool({
    ...{ name: 'get_state_history', title: 'How shared state changed' },
    description:
      'The shared state of one trace, key by key: who changed what, when, and conflicts.',
    input: z.strictObject({ trace }),
    run: ({ trace: id }, ask) => ask(`/api/v1/traces/${id}/state`)
  }),
  tool({
    ...{ name: 'get_contents', title: 'What went in and what came out' },
    description:
      'Inputs, outputs, prompts, answers and changes of state of one trace or one span, where ' +
      'their producers told them and named this observer; for all else why they cannot be shown.',
    input: z.strictObject({
      ...{ trace, span: span.optional() },
      limit: z.number().int().min(1).max(20).default(5).describe('Spans of one page'),
      cursor
    }),
    run: ({ trace: id, cursor: after, ...query }, ask) =>
      ask(`/api/v1/traces/${id}/contents`, { ...query, after })
  }),
  tool({
    ...{ name: 'diff_traces', title: 'What differs between two traces' },
    description:
      'Two runs of the same kind, for example one that worked and one that failed: where the ' +
      'second left the way of the first, and what was slower, dearer, missing or added.',
    input: z.strictObject({ before: trace, after: trace }),
    run: ({ before, after }, ask) => ask(`/api/v1/traces/${before}/diff/${after}`)
  }),
  tool({
    ...{ name: 'get_costs', title: 'What it cost' },
    description: 'US dollars by model and by agent: reported, estimated by list price, or unknown.',
    input: z.strictObject(window),
    run: (query, ask) => ask('/api/v1/costs', query)
  }),
  tool({
    ...{ name: 'check_budget', title: 'Is it within a budget' },
    description: 'Whether what was spent since `from` is within `budget` US dollars.',
    input: z.strictObject({ ...window, budget: z.number().min(0) }),
    run: (query, ask) => ask('/api/v1/costs', query)
  }),
  tool({
    ...{ name: 'get_usage', title: 'Tokens, times and errors' },
    description: 'By hour or day, agent, model and kind of span.',
    input: z.strictObject({ ...window, bucket: z.enum(['hour', 'day']).default('day') }),
    run: (query, ask) => ask('/api/v1/usage', query)
  }),
  tool({
    ...{ name: 'get_alerts', title: 'What was alerted' },
    description: 'Alerts, newest first: rules that fired, guards that tripped, gaps in traces.',
    input: z.strictObject({
      state: z.enum(['open', 'acknowledged', 'resolved']).optional(),
      ...{ limit, cursor }
    }),
    run: ({ cursor: after, ...query }, ask) => ask('/api/v1/alerts', { ...query, after })
  })
]
