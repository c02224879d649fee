/** The list of traces, and what finds some of them. */

import * as z from 'zod/mini'
import { SPAN_STATUSES } from '../../observer/model.ts'
import type { TraceQuery } from '../../observer/store.ts'
import { tracePage } from '../answers.ts'
import { after, amount, before, limit, text, time, windowOf } from '../params.ts'
import { defineRoute } from '../route.ts'
import { readTracePage } from '../trace-pages.ts'

export const traceListRoute = defineRoute({
  ...{ method: 'GET', path: '/api/v1/traces', scope: 'read', group: 'Traces' },
  summary: 'Traces, newest first',
  about: 'All conditions must hold. `text` looks for whole words in names, models and errors.',
  query: z.strictObject({
    ...{ from: time, to: time, text, agent: text, skill: text, model: text, tool: text },
    status: z.optional(z.enum(SPAN_STATUSES)),
    ...{ error: text, costAbove: amount, costBelow: amount },
    ...{ longerThanMs: amount, shorterThanMs: amount, conversation: text },
    order: z.optional(z.enum(['newest', 'oldest'])),
    ...{ limit, after, before }
  }),
  answer: tracePage,
  handle: ({ query, world }) => {
    const { from, to, error, longerThanMs, shorterThanMs, before: until, ...rest } = query
    const asked = {
      ...rest,
      ...windowOf({ from, to }, world.clock.now()),
      ...{ errorCode: error, durationAbove: longerThanMs, durationBelow: shorterThanMs }
    }
    return readTracePage(world.store, definite(asked) as TraceQuery, until)
  }
})

const definite = (some: object): object =>
  Object.fromEntries(Object.entries(some).filter(([, value]) => value !== undefined))
