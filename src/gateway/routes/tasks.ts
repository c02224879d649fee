/** One task, from its submission to the answer. */

import * as z from 'zod/mini'
import { viewHandoff } from '../../observer/query/handoff-view.ts'
import { taskJourney } from '../../observer/query/task-journey.ts'
import { task as answer } from '../answers-network.ts'
import { traceId } from '../params.ts'
import { defineRoute } from '../route.ts'

/** As of a handoff that was told over HTTP. */
const ID_MAX = 512

export const taskRoute = defineRoute({
  ...{ method: 'GET', path: '/api/v1/tasks/{task}', scope: 'read', group: 'Network and tasks' },
  heavy: true,
  summary: 'One task: the steps that either side told of, and whether they were signed',
  about:
    'By the task’s id, or that of a handoff. Without `trace` the newest handoffs are looked ' +
    'through; `all` says whether those were all.',
  params: z.strictObject({ task: z.string().check(z.maxLength(ID_MAX)) }),
  query: z.strictObject({ trace: z.optional(traceId) }),
  answer,
  handle: async ({ params: { task }, query: { trace }, world: { store } }) => {
    const { handoffs, ...rest } = await taskJourney(store, task, trace)
    return { ...rest, handoffs: handoffs.map(viewHandoff) }
  }
})
