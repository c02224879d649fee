import { expect, test, vi } from 'vitest'
import { Views } from '../../../src/gateway/shares/views.ts'
import type { TraceSummary } from '../../../src/observer/store.ts'
import { observed, TRACE } from '../observed.ts'
import type { Observed } from '../observed.ts'

async function tellSpans(it: Observed, count: number, trace = TRACE): Promise<TraceSummary> {
  const { store } = it.observer
  const source = { kind: 'key', by: 'app' } as const
  const spans = Array.from({ length: count }, (_, at) => ({
    ...{ trace, span: (at + 1).toString(16).padStart(16, '0'), source, agent: 'a' },
    ...{ startUs: 1e15 + at, endUs: 1e15 + at + 1, status: 'ok' as const }
  }))
  for (let at = 0; at < count; at += 500) {
    await store.ingest([{ spans: spans.slice(at, at + 500), handoffs: [], facts: [] }])
  }
  const summary = await store.trace(trace)
  if (summary === undefined) throw new Error('it was not kept')
  return summary
}

test('what many ask for at once is made once, and anew after moments', async () => {
  await using it = await observed()
  const summary = await tellSpans(it, 3)
  const views = new Views(it.observer.store, it.clock)
  const look = vi.spyOn(it.observer.store, 'spans')
  const all = await Promise.all(Array.from({ length: 20 }, () => views.json(summary, 'names')))
  await views.picture(summary, 'names')
  expect([look.mock.calls.length, new Set(all).size]).toEqual([1, 1])
  await views.run(summary, 'shape')
  expect(look.mock.calls.length).toBe(2)
  it.clock.aheadMs = 6_000
  await views.run(summary, 'names')
  expect(look.mock.calls.length).toBe(3)
})

test('of a large trace the earliest steps are shown, and how many are left out', async () => {
  await using it = await observed()
  const summary = await tellSpans(it, 2_300)
  const run = await new Views(it.observer.store, it.clock).run(summary, 'full-metadata')
  expect([run.spans.length, run.left, run.spans.at(-1)?.fromMs]).toEqual([2_000, 300, 1.999])
})

test('more than a few that are made at once wait, and a failure is not kept', async () => {
  await using it = await observed()
  const ids = Array.from({ length: 5 }, (_, at) => String(at + 1).repeat(32))
  const summaries = await Promise.all(ids.map((id) => tellSpans(it, 1, id)))
  const views = new Views(it.observer.store, it.clock)
  const made = await Promise.allSettled(summaries.map((one) => views.run(one, 'names')))
  expect(made.map(({ status }) => status)).toEqual([
    ...['fulfilled', 'fulfilled', 'fulfilled', 'fulfilled', 'rejected']
  ])
  for (const one of summaries) expect((await views.run(one, 'names')).spans.length).toBe(1)
})
