/** A sample to look at before there is anything of one's own: loaded and removed with one call. */

import type { Audit } from '../access/audit.ts'
import { sample } from '../answers-sample.ts'
import { defineRoute } from '../route.ts'
import type { Route, World } from '../route.ts'
import { SAMPLE_FAILED, SAMPLE_TRACES, sampleRuns } from '../sample/runs.ts'

const path = '/api/v1/sample'
const group = 'Administration'

export function sampleRoutes({ audit }: { readonly audit: Audit }): readonly Route[] {
  const inTurn = turns()
  return [
    defineRoute({
      ...{ method: 'GET', path, scope: 'read', group },
      summary: 'Whether the sample is loaded',
      answer: sample,
      handle: ({ world }) => stateOf(world)
    }),
    defineRoute({
      ...{ method: 'POST', path, scope: 'admin', group },
      summary: 'Load a sample: made-up runs, one of which failed',
      about:
        'Nobody signed it, each span has the attribute `peerwork.sample`, no alert rings for it ' +
        'as it comes, and nothing of it is passed on. Loading it again changes nothing.',
      answer: sample,
      handle: ({ world, caller }) =>
        inTurn(async () => {
          if ((await stateOf(world)).loaded > 0) return stateOf(world)
          await world.intake.keep(sampleRuns(world.clock.now()))
          audit.note(caller.name, 'sample.loaded')
          return stateOf(world)
        })
    }),
    defineRoute({
      ...{ method: 'DELETE', path, scope: 'admin', group },
      summary: 'Remove the sample, and what it added to sums',
      answer: sample,
      handle: ({ world, caller }) =>
        inTurn(async () => {
          const removed = await world.store.removeTraces(SAMPLE_TRACES)
          if (removed > 0) audit.note(caller.name, 'sample.removed')
          return stateOf(world)
        })
    })
  ]
}

async function stateOf({ store }: World) {
  const there = await Promise.all(SAMPLE_TRACES.map((trace) => store.trace(trace)))
  const traces = there.flatMap((summary) => summary?.trace ?? [])
  return { loaded: traces.length, traces, failed: SAMPLE_FAILED }
}

/** One after the other: two that load at once would load it at two times. */
function turns(): <Value>(work: () => Promise<Value>) => Promise<Value> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work, work)
    last = next.catch(() => undefined)
    return next
  }
}
