/** A sample to look at before there is anything of one's own: loaded and removed with one call. */

import type { TraceStore } from '../../observer/store.ts'
import type { Audit } from '../access/audit.ts'
import { sample as answer } from '../answers-sample.ts'
import { defineRoute } from '../route.ts'
import type { Route, World } from '../route.ts'
import type { Sample } from '../sample/runs.ts'
import { SAMPLE_SOURCE } from '../sample/scene.ts'
import type { Shares } from '../shares/shares.ts'

const path = '/api/v1/sample'
const group = 'Administration'

/** Parts of one kind that are looked at, count: more than any trace of the sample has. */
const PARTS_MAX = 100

export interface SampleParts {
  readonly audit: Audit
  readonly shares: Shares
  readonly sample: Sample
}

export function sampleRoutes({ audit, shares, sample }: SampleParts): readonly Route[] {
  const absentIn = async (store: TraceStore): Promise<readonly string[]> => {
    const there = await Promise.all(sample.traces.map((trace) => store.trace(trace)))
    return sample.traces.filter((_, n) => there[n] === undefined)
  }
  const stateOf = async ({ store }: World) => {
    const own = await Promise.all(sample.traces.map((trace) => isOwn(store, trace)))
    const traces = sample.traces.filter((_, n) => own[n])
    return { loaded: traces.length, traces, failed: sample.failed }
  }
  const inTurn = turns()
  return [
    defineRoute({
      ...{ method: 'GET', path, scope: 'read', group },
      summary: 'Whether the sample is loaded',
      answer,
      handle: ({ world }) => stateOf(world)
    }),
    defineRoute({
      ...{ method: 'POST', path, scope: 'admin', group },
      summary: 'Load a sample: made-up runs, one of which failed',
      about:
        'Nobody signed it, each span has the attribute `peerwork.sample`, no alert rings for it ' +
        'as it comes, and nothing of it is passed on. Loading it again changes nothing.',
      answer,
      handle: ({ world, caller }) =>
        inTurn(async () => {
          if ((await stateOf(world)).loaded > 0) return stateOf(world)
          const absent = await absentIn(world.store)
          const runs = sample.runs(world.clock.now())
          const wanted = runs.filter((_, n) => absent.includes(sample.traces[n] ?? ''))
          return audit.around([caller.name, 'sample.loaded'], async () => {
            await world.intake.keep(wanted)
            return stateOf(world)
          })
        })
    }),
    defineRoute({
      ...{ method: 'DELETE', path, scope: 'admin', group },
      summary: 'Remove the sample, and what it added to sums',
      about: 'A trace of it of which others told as well stays. Links to what is removed end.',
      answer,
      handle: ({ world, caller }) =>
        inTurn(async () => {
          const { store } = world
          await audit.around([caller.name, 'sample.removed'], async () => {
            return (await store.removeTraces(sample.traces, SAMPLE_SOURCE)) > 0
          })
          shares.revokeOf(await absentIn(store), caller.name)
          return stateOf(world)
        })
    })
  ]
}

/** Whether it is there, and nobody else told of it: then it is what would be removed. */
async function isOwn(store: TraceStore, trace: string): Promise<boolean> {
  const [spans, facts, handoffs] = await Promise.all([
    store.spans(trace, { limit: PARTS_MAX }),
    store.facts({ trace, limit: PARTS_MAX }),
    store.handoffs({ trace, limit: PARTS_MAX })
  ])
  const given = handoffs.items.flatMap(({ giver, taker }) => [giver ?? [], taker ?? []].flat())
  return (
    spans.items.length > 0 &&
    [...spans.items, ...facts.items, ...given].every(
      ({ source: { kind, by } }) => kind === SAMPLE_SOURCE.kind && by === SAMPLE_SOURCE.by
    )
  )
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
