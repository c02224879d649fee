/** What the read API answers, as schemas: the documentation is made of them. */

import * as z from 'zod/mini'
import { HANDOFF_MODES, SPAN_KINDS, SPAN_STATUSES } from '../observer/model.ts'

/** A schema with its meaning. */
const told = <Schema extends z.ZodMiniType>(schema: Schema, description: string): Schema =>
  schema.check(z.meta({ description }))

const us = told(z.number(), 'µs since 1970.')
const usOrNull = told(z.nullable(z.number()), 'µs since 1970, or null.')
const ms = z.nullable(z.number())
const count = z.number()
const text = z.string()
const textOrNull = z.nullable(z.string())
const record = z.record(z.string(), z.unknown())
const error = z.object({ code: text, message: text })
const source = z.object({
  kind: told(
    z.enum(['agent', 'key']),
    '`agent`: its seal was verified. `key`: an API key said so.'
  ),
  by: told(text, "The signer's id, or the key's name.")
})
const tokens = z.object({
  input: z.optional(count),
  output: z.optional(count),
  cacheRead: z.optional(count),
  cacheWrite: z.optional(count),
  reasoning: z.optional(count)
})
const status = z.enum(SPAN_STATUSES)
const costSource = z.enum(['reported', 'estimated', 'unknown'])

/** A page of items. */
export const pageOf = (item: z.ZodMiniType) =>
  z.object({
    items: z.array(item),
    next: told(z.optional(text), 'Give as `after` for the next page; absent on the last.')
  })

export const traceSummary = z.object({
  trace: text,
  name: text,
  startUs: us,
  endUs: usOrNull,
  status,
  spans: count,
  errors: count,
  agents: z.array(text),
  tokens: count,
  cost: told(z.number(), 'US dollars.'),
  costSource: z.enum(['reported', 'estimated', 'unknown', 'none']),
  sealed: told(z.boolean(), 'Every span was signed by its producer.'),
  pinned: z.boolean()
})

export const tracePage = z.object({
  items: z.array(traceSummary),
  next: told(z.optional(text), 'Give as `after` for the next page; absent on the last.'),
  prev: told(z.optional(text), 'Give as `before` for the page before; absent on the first.')
})

const spanPart = {
  trace: text,
  span: text,
  source,
  parent: z.optional(text),
  kind: z.enum(SPAN_KINDS),
  name: z.optional(text),
  agent: z.optional(text),
  service: z.optional(text),
  startUs: z.optional(us),
  endUs: z.optional(us),
  status,
  error: z.optional(error),
  task: z.optional(text),
  skill: z.optional(text),
  peer: z.optional(text),
  side: z.optional(z.enum(['requester', 'executor'])),
  waitedMs: z.optional(z.number()),
  model: z.optional(text),
  provider: z.optional(text),
  tool: z.optional(text),
  tokens: z.optional(tokens),
  cost: z.optional(z.number()),
  costSource: z.optional(costSource),
  conversation: z.optional(text)
}
export const span = z.object(spanPart)
export const fact = z.object({
  id: text,
  source,
  atUs: us,
  type: text,
  trace: z.optional(text),
  span: z.optional(text),
  body: record
})
export const spanDetail = z.object({
  versions: told(
    z.array(z.object({ ...spanPart, attributes: z.optional(record) })),
    'One, or one for each producer that used the id.'
  ),
  facts: z.array(fact)
})

const split = z.object({ totalMs: ms, waitingMs: ms, workingMs: ms, travellingMs: ms })
const evidence = z.enum(['sealed', 'claimed', 'missing'])
export const handoff = z.object({
  trace: text,
  id: text,
  mode: z.enum(HANDOFF_MODES),
  from: textOrNull,
  to: textOrNull,
  skill: textOrNull,
  status: z.enum(['offered', 'accepted', 'ok', 'error', 'canceled', 'rejected']),
  error: z.nullable(error),
  offeredUs: usOrNull,
  acceptedUs: told(usOrNull, 'By the clock of the offer; null where that side does not say.'),
  endedUs: usOrNull,
  split,
  bytes: z.nullable(count),
  tokens: z.nullable(count),
  cost: z.nullable(z.number()),
  spans: z.object({ giver: textOrNull, taker: textOrNull }),
  evidence: z.object({ giver: evidence, taker: evidence }),
  disagreements: told(z.array(text), 'What the two sides tell differently.')
})

const node: z.ZodMiniType = z.object({
  span: text,
  by: text,
  kind: z.enum(SPAN_KINDS),
  name: text,
  agent: textOrNull,
  status,
  error: textOrNull,
  startUs: usOrNull,
  durationMs: ms,
  tokens: count,
  cost: z.nullable(z.number()),
  children: told(z.array(z.unknown()), 'Nodes of the same shape.')
})
export const traceDetail = z.object({
  summary: traceSummary,
  topology: z.object({ roots: z.array(node), orphans: z.array(text), left: count }),
  criticalPath: z.array(
    z.object({
      span: text,
      name: text,
      agent: textOrNull,
      fromUs: us,
      toUs: us,
      ms: z.number()
    })
  ),
  failed: told(
    z.array(z.object({ span: text, name: text, agent: textOrNull, error })),
    'Spans that failed though nothing below them did: where it broke.'
  )
})

const change = z.object({
  id: text,
  atUs: us,
  op: text,
  path: text,
  from: textOrNull,
  author: text,
  span: textOrNull,
  value: z.optional(z.unknown()),
  bytes: z.nullable(count),
  conflicts: z.array(text)
})
export const stateHistory = z.object({
  keys: z.array(z.object({ key: text, changes: z.array(change) }))
})

const valueOrNull = z.nullable(z.union([text, z.number()]))
const difference = z.object({
  path: text,
  what: z.enum(['missing', 'added', 'status', 'slower', 'faster', 'cost', 'agent']),
  before: valueOrNull,
  after: valueOrNull,
  spans: z.object({ before: textOrNull, after: textOrNull })
})
export const traceDiff = z.object({
  divergence: z.nullable(difference),
  differences: z.array(difference)
})

const range = z.object({ from: count, to: count })
export const integrity = z.object({
  complete: told(
    z.number(),
    'Of what still exists: 0 to 1. No producer weighs more than twice what came of it.'
  ),
  missing: count,
  dropped: count,
  forks: count,
  refused: count,
  producers: z.array(
    z.object({
      by: text,
      boot: told(text, 'Empty: earlier starts of which nothing is left here, added up.'),
      emitted: z.nullable(count),
      held: count,
      dropped: count,
      missing: count,
      gaps: z.array(range),
      duplicates: count,
      late: count,
      refused: z.record(z.string(), count),
      forks: z.array(z.object({ first: count, digests: z.array(text) })),
      complete: z.number()
    })
  )
})

export const agents = z.object({
  agents: z.array(
    z.object({
      agent: text,
      by: z.array(text),
      spans: count,
      errors: count,
      firstUs: us,
      lastUs: us,
      tokens: count,
      cost: z.number()
    })
  )
})
const usageRow = {
  bucketUs: us,
  agent: text,
  model: text,
  kind: z.enum(SPAN_KINDS),
  spans: count,
  errors: count,
  durationMs: z.number(),
  input: count,
  output: count,
  cacheRead: count,
  cacheWrite: count,
  reasoning: count,
  cost: z.number(),
  costReported: z.number(),
  costEstimated: z.number(),
  costUnknown: count
}
export const usage = z.object({ rows: z.array(z.object(usageRow)) })

const money = { cost: z.number(), reported: z.number(), estimated: z.number(), unknown: count }
const group = z.object({ name: text, ...money, spans: count, tokens: count })
export const costs = z.object({
  ...money,
  currency: z.literal('USD'),
  byModel: z.array(group),
  byAgent: z.array(group),
  budget: z.nullable(
    z.object({
      state: z.enum(['ok', 'warning', 'critical', 'exceeded']),
      spent: z.number(),
      limit: z.number(),
      left: z.number(),
      share: told(ms, 'Of the limit; null when the limit is 0 and was passed.'),
      estimated: z.number(),
      unknown: count
    })
  )
})
export const values = z.object({ values: z.array(text) })
