/** Everything that a store answers, as one text: two stores that were told the same are equal. */

import type { Ingest, TraceStore } from '../../src/observer/store.ts'

export async function answersOf(store: TraceStore, told: readonly Ingest[]): Promise<string> {
  const spans = told.flatMap((entry) => entry.spans)
  const traces = [...new Set(spans.map(({ trace }) => trace))].toSorted()
  const ids = [...new Set(spans.map(({ trace, span }) => `${trace}/${span}`))].toSorted()
  const size = await store.size()
  const answers = {
    lists: [
      await store.traces({ limit: 100 }),
      await store.traces({ limit: 100, order: 'oldest' }),
      await store.traces({ limit: 100, agent: 'alice', status: 'ok' }),
      await store.traces({ limit: 100, costAbove: 0.5 })
    ],
    traces: await Promise.all(traces.map((id) => store.trace(id))),
    pages: await Promise.all(traces.map((id) => store.spans(id, { limit: 100 }))),
    spans: await Promise.all(ids.map((id) => store.span(id.slice(0, 32), id.slice(33)))),
    handoffs: await store.handoffs({ limit: 100 }),
    facts: await store.facts({ limit: 100 }),
    agents: await store.agents({}),
    usage: await store.usage({ bucket: 'hour' }),
    values: await store.values('agent', ''),
    held: (await store.holdings()).map(({ by, boot, held, forks }) => ({ by, boot, held, forks })),
    size: { ...size, bytes: 0 }
  }
  return JSON.stringify(answers, null, 1)
}
