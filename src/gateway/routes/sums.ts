/** Agents, usage, costs, integrity, and what to suggest while somebody types. */

import * as z from 'zod/mini'
import { allSpans, WHOLE_MAX } from '../../observer/query/all-spans.ts'
import { costsOf } from '../../observer/query/costs.ts'
import { integrityOf, integrityOfTrace } from '../../observer/query/integrity.ts'
import type { TraceStore } from '../../observer/store.ts'
import { agents, costs, integrity, usage, values } from '../answers.ts'
import { amount, PAGE_MAX, text, time, traceId, windowOf } from '../params.ts'
import { defineRoute } from '../route.ts'

const group = 'Usage, costs, integrity'
const window = { from: time, to: time }
const FIELDS = ['agent', 'skill', 'model', 'tool'] as const

const agentsRoute = defineRoute({
  ...{ method: 'GET', path: '/api/v1/agents', scope: 'read', group, heavy: true },
  summary: 'Agents that were seen',
  query: z.strictObject(window),
  answer: agents,
  handle: async ({ query, world }) => ({
    agents: await world.store.agents(windowOf(query, world.clock.now()))
  })
})

const usageRoute = defineRoute({
  ...{ method: 'GET', path: '/api/v1/usage', scope: 'read', group, heavy: true },
  summary: 'Spans, errors, times and tokens by hour or day, agent, model and kind',
  query: z.strictObject({ ...window, bucket: z.optional(z.enum(['hour', 'day'])) }),
  answer: usage,
  handle: async ({ query, world }) => {
    const { bucket = 'hour' } = query
    return { rows: await world.store.usage({ ...windowOf(query, world.clock.now()), bucket }) }
  }
})

const costsRoute = defineRoute({
  ...{ method: 'GET', path: '/api/v1/costs', scope: 'read', group, heavy: true },
  summary: 'What it cost, by model and agent, and whether that is within a budget',
  about:
    'US dollars. Reported by whoever ran it, estimated from a dated price table, or unknown: ' +
    'calls whose model has no price are counted, not guessed.',
  query: z.strictObject({ ...window, budget: amount }),
  answer: costs,
  handle: async ({ query, world }) => {
    const asked = { ...windowOf(query, world.clock.now()), bucket: 'day' } as const
    return costsOf(await world.store.usage(asked), query.budget)
  }
})

const integrityRoute = defineRoute({
  ...{ method: 'GET', path: '/api/v1/integrity', scope: 'read', group, heavy: true },
  summary: 'What is missing, late, duplicate, refused or forked, by producer',
  answer: integrity,
  handle: async ({ world }) => integrityOf(await world.store.holdings())
})

const ofTrace = defineRoute({
  ...{ method: 'GET', path: '/api/v1/traces/{trace}/integrity', scope: 'read', group, heavy: true },
  summary: 'The same of those that took part in one trace',
  params: z.strictObject({ trace: traceId }),
  answer: integrity,
  handle: async ({ params: { trace }, world: { store } }) => {
    const [holdings, spans] = await Promise.all([store.holdings(), allSpans(store, trace)])
    if (spans.length === 0) return undefined
    const parties = spans.flatMap(({ source, peer }) => [source.by, ...(peer ? [peer] : [])])
    const asked = await takersIn(store, trace)
    return integrityOfTrace(holdings, new Set([...parties, ...asked]))
  }
})

/** Those that work was given to: of one that was killed nothing else may be here. */
async function takersIn(store: TraceStore, trace: string): Promise<readonly string[]> {
  const takers: string[] = []
  let after: string | undefined
  do {
    const asked = { trace, limit: PAGE_MAX, ...(after !== undefined && { after }) }
    const { items, next } = await store.handoffs(asked)
    takers.push(...items.flatMap(({ giver, taker }) => giver?.to ?? taker?.to ?? []))
    after = next
  } while (after !== undefined && takers.length < WHOLE_MAX)
  return takers
}

const valuesRoute = defineRoute({
  ...{ method: 'GET', path: '/api/v1/values/{field}', scope: 'read', group },
  summary: 'Values of a field, most frequent first',
  params: z.strictObject({ field: z.enum(FIELDS) }),
  query: z.strictObject({ prefix: text }),
  answer: values,
  handle: async ({ params: { field }, query: { prefix = '' }, world: { store } }) => ({
    values: await store.values(field, prefix)
  })
})

export const sumRoutes = [
  ...[agentsRoute, usageRoute, costsRoute, integrityRoute, ofTrace, valuesRoute]
]
