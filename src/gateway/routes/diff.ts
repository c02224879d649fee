/** What differs between two traces. */

import * as z from 'zod/mini'
import { allSpans } from '../../observer/query/all-spans.ts'
import { diffTraces } from '../../observer/query/diff.ts'
import { traceDiff } from '../answers.ts'
import { traceId } from '../params.ts'
import { defineRoute } from '../route.ts'

export const diffRoute = defineRoute({
  ...{ method: 'GET', path: '/api/v1/traces/{trace}/diff/{other}', scope: 'read', group: 'Traces' },
  heavy: true,
  summary: 'What differs between two traces of the same kind',
  about: '`divergence` is where the second left the way of the first.',
  params: z.strictObject({ trace: traceId, other: traceId }),
  answer: traceDiff,
  handle: async ({ params: { trace, other }, world: { store } }) => {
    const [before, after] = await Promise.all([allSpans(store, trace), allSpans(store, other)])
    return before.length === 0 || after.length === 0 ? undefined : diffTraces(before, after)
  }
})
