/** Who gave what to whom, and what became of it. */

import * as z from 'zod/mini'
import { allSpans } from '../../observer/query/all-spans.ts'
import { viewHandoff } from '../../observer/query/handoff-view.ts'
import { stateHistory } from '../../observer/query/state-history.ts'
import type { Fact } from '../../observer/model.ts'
import type { HandoffQuery, TraceStore } from '../../observer/store.ts'
import { handoff, pageOf, stateHistory as stateAnswer } from '../answers.ts'
import { after, limit, text, time, traceId, windowOf } from '../params.ts'
import { defineRoute } from '../route.ts'
import type { World } from '../route.ts'

const group = 'Handoffs and state'
const STATUSES = ['offered', 'accepted', 'ok', 'error', 'canceled', 'rejected'] as const
/** Changes of state of one trace that are looked at: messages, count, and their size as JSON. */
const CHANGES_MAX = 10_000
const CHANGES_CHARS_MAX = 32 * 1024 * 1024
/** Of one question to the store, count: each may be as large as a line. */
const PAGE = 100

async function page({ store }: World, query: HandoffQuery) {
  const { items, next } = await store.handoffs(query)
  return { items: items.map(viewHandoff), ...(next !== undefined && { next }) }
}

const all = defineRoute({
  ...{ method: 'GET', path: '/api/v1/handoffs', scope: 'read', group },
  summary: 'Handoffs of all traces, newest first',
  about: 'Who gave what to whom, how its time split, what either side signed.',
  query: z.strictObject({
    ...{ from: time, to: time, agent: text, status: z.optional(z.enum(STATUSES)), limit, after }
  }),
  answer: pageOf(handoff),
  handle: ({ query, world }) => {
    const { from, to, agent, status, limit: most, after: start } = query
    return page(world, {
      limit: most,
      ...windowOf({ from, to }, world.clock.now()),
      ...(agent !== undefined && { agent }),
      ...(status !== undefined && { status }),
      ...(start !== undefined && { after: start })
    })
  }
})

const ofTrace = defineRoute({
  ...{ method: 'GET', path: '/api/v1/traces/{trace}/handoffs', scope: 'read', group },
  summary: 'Handoffs of one trace',
  params: z.strictObject({ trace: traceId }),
  query: z.strictObject({ limit, after }),
  answer: pageOf(handoff),
  handle: ({ params: { trace }, query: { limit: most, after: start }, world }) =>
    page(world, { trace, limit: most, ...(start !== undefined && { after: start }) })
})

const state = defineRoute({
  ...{ method: 'GET', path: '/api/v1/traces/{trace}/state', scope: 'read', group, heavy: true },
  summary: 'The shared state of one trace, key by key',
  about: 'Who changed what, in which span, and which changes were made at once.',
  params: z.strictObject({ trace: traceId }),
  answer: stateAnswer,
  handle: async ({ params: { trace }, world: { store } }) => {
    if ((await store.trace(trace)) === undefined) return undefined
    const [facts, spans] = await Promise.all([changesOf(store, trace), allSpans(store, trace)])
    return { keys: stateHistory(facts, spans) }
  }
})

export async function changesOf(store: TraceStore, trace: string): Promise<readonly Fact[]> {
  const facts: Fact[] = []
  let chars = 0
  let start: string | undefined
  do {
    const { items, next } = await store.facts({
      ...{ trace, types: ['state.changed'], order: 'oldest', limit: PAGE },
      ...(start !== undefined && { after: start })
    })
    facts.push(...items)
    chars += JSON.stringify(items).length
    start = next
  } while (start !== undefined && facts.length < CHANGES_MAX && chars < CHANGES_CHARS_MAX)
  return facts
}

export const handoffRoutes = [all, ofTrace, state]
