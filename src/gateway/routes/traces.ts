/** Traces: the list, and each from far to near. */

import * as z from 'zod/mini'
import { traceView } from '../../observer/query/trace-view.ts'
import { WHOLE_MAX } from '../../observer/query/all-spans.ts'
import type { Fact } from '../../observer/model.ts'
import type { TraceStore } from '../../observer/store.ts'
import { fact, pageOf, span, spanDetail, traceDetail, traceSummary } from '../answers.ts'
import { after, countUpTo, limit, limitUpTo, spanId, traceId } from '../params.ts'
import { defineRoute } from '../route.ts'
import { traceListRoute } from './trace-list.ts'

/** Facts of one span that are shown with it, count. Of one answer: their JSON, characters. */
const FACTS_MAX = 200
const FACTS_CHARS_MAX = 8 * 1024 * 1024
/** Of one question to the store, count: each may be as large as a line. */
const FACTS_PAGE = 20
/**
 * Spans of one page, count: 2 MB of JSON, and what a store answers at most. A browser has a whole
 * trace after four of them.
 */
const SPANS_MAX = 5_000
const nodes = z.optional(countUpTo(WHOLE_MAX, 'Nodes of the tree at most; all unless given.'))
const params = z.strictObject({ trace: traceId })
const group = 'Traces'

const one = defineRoute({
  ...{ method: 'GET', path: '/api/v1/traces/{trace}', scope: 'read', group, heavy: true },
  summary: 'One trace: its tree, its critical path, where it broke',
  about: 'Without attributes. Of traces beyond 20,000 spans the earliest are shown.',
  params,
  query: z.strictObject({ nodes }),
  answer: traceDetail,
  handle: ({ params: { trace }, query: { nodes }, world }) => traceView(world.store, trace, nodes)
})

const summary = defineRoute({
  ...{ method: 'GET', path: '/api/v1/traces/{trace}/summary', scope: 'read', group },
  summary: 'One trace as the list has it',
  params,
  answer: traceSummary,
  handle: ({ params: { trace }, world }) => world.store.trace(trace)
})

const spans = defineRoute({
  ...{ method: 'GET', path: '/api/v1/traces/{trace}/spans', scope: 'read', group },
  heavy: true,
  summary: 'The spans of a trace, by start',
  about: 'Without attributes.',
  params,
  query: z.strictObject({ limit: limitUpTo(SPANS_MAX), after }),
  answer: pageOf(span),
  handle: ({ params: { trace }, query: { limit: most, after: from }, world }) =>
    world.store.spans(trace, { limit: most, ...(from !== undefined && { after: from }) })
})

const facts = defineRoute({
  ...{ method: 'GET', path: '/api/v1/traces/{trace}/facts', scope: 'read', group, heavy: true },
  summary: 'What was told of moments in a trace, by time',
  about:
    'Events, guards, changes of state, as they were told; the oldest first unless `order` is ' +
    '`newest`. A page ends early after 8 MiB.',
  params,
  query: z.strictObject({ order: z.optional(z.enum(['oldest', 'newest'])), limit, after }),
  answer: pageOf(fact),
  handle: ({ params: { trace }, query: { order, limit: most, after: from }, world }) =>
    factsOf(world.store, { trace }, { max: most, order, after: from })
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
    const { items } = await factsOf(store, { trace, span: id }, { max: FACTS_MAX })
    return { versions, facts: items }
  }
})

interface FactBounds {
  readonly max: number
  readonly order?: 'oldest' | 'newest' | undefined
  readonly after?: string | undefined
}

async function factsOf(
  store: TraceStore,
  of: { readonly trace: string; readonly span?: string },
  { max, order = 'oldest', after: from }: FactBounds
) {
  const items: Fact[] = []
  let chars = 0
  let next = from
  do {
    const limit = Math.min(FACTS_PAGE, max - items.length)
    const asked = { ...of, order, limit }
    const page = await store.facts({ ...asked, ...(next !== undefined && { after: next }) })
    items.push(...page.items)
    chars += JSON.stringify(page.items).length
    next = page.next
  } while (next !== undefined && items.length < max && chars < FACTS_CHARS_MAX)
  return { items, ...(next !== undefined && { next }) }
}

export const traceRoutes = [traceListRoute, one, summary, spans, facts, detail]
