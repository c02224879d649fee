/** Traces: the list, and each from far to near. */

import * as z from 'zod/mini'
import { traceView } from '../../observer/query/trace-view.ts'
import type { Fact } from '../../observer/model.ts'
import type { TraceStore } from '../../observer/store.ts'
import { pageOf, span, spanDetail, traceDetail, traceSummary } from '../answers.ts'
import { after, limit, spanId, traceId } from '../params.ts'
import { defineRoute } from '../route.ts'
import { traceListRoute } from './trace-list.ts'

/** Facts of one span that are shown with it: count, and their size as JSON, characters. */
const FACTS_MAX = 200
const FACTS_CHARS_MAX = 8 * 1024 * 1024
/** Of one question to the store, count: each may be as large as a line. */
const FACTS_PAGE = 20
const params = z.strictObject({ trace: traceId })
const group = 'Traces'

const one = defineRoute({
  ...{ method: 'GET', path: '/api/v1/traces/{trace}', scope: 'read', group, heavy: true },
  summary: 'One trace: its tree, its critical path, where it broke',
  about: 'Without attributes. Of traces beyond 20,000 spans the earliest are shown.',
  params,
  answer: traceDetail,
  handle: ({ params: { trace }, world }) => traceView(world.store, trace)
})

const spans = defineRoute({
  ...{ method: 'GET', path: '/api/v1/traces/{trace}/spans', scope: 'read', group },
  summary: 'The spans of a trace, by start',
  params,
  query: z.strictObject({ limit, after }),
  answer: pageOf(span),
  handle: ({ params: { trace }, query, world }) => {
    const { limit: most, after: from } = query
    return world.store.spans(trace, { limit: most, ...(from !== undefined && { after: from }) })
  }
})

const detail = defineRoute({
  ...{ method: 'GET', path: '/api/v1/traces/{trace}/spans/{span}', scope: 'read', group },
  heavy: true,
  summary: 'One span with its attributes and events',
  params: z.strictObject({ trace: traceId, span: spanId }),
  answer: spanDetail,
  handle: async ({ params: { trace, span: id }, world: { store } }) => {
    const versions = await store.span(trace, id)
    if (versions.length === 0) return undefined
    return { versions, facts: await factsOf(store, trace, id) }
  }
})

async function factsOf(store: TraceStore, trace: string, span: string): Promise<readonly Fact[]> {
  const facts: Fact[] = []
  let chars = 0
  let start: string | undefined
  do {
    const asked = { trace, span, order: 'oldest', limit: FACTS_PAGE } as const
    const { items, next } = await store.facts({ ...asked, ...(start && { after: start }) })
    facts.push(...items)
    chars += JSON.stringify(items).length
    start = next
  } while (start !== undefined && facts.length < FACTS_MAX && chars < FACTS_CHARS_MAX)
  return facts
}

export const traceRoutes = [traceListRoute, one, spans, detail]
