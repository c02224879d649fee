import { expect, test } from 'vitest'
import { observed, SPAN, TRACE } from '../observed.ts'
import { BROKEN_RUN } from '../samples.ts'

test('agents, usage and costs are summed over what was brought in', async () => {
  await using it = await observed()
  await it.tell(...BROKEN_RUN)
  const key = it.key(['read'])
  const get = async (path: string) => (await it.ask(path, { key })).json()
  expect(await get('/api/v1/agents')).toMatchObject({
    agents: [
      { agent: 'booker', spans: 1, errors: 1 },
      { agent: 'planner', spans: 2, errors: 1, tokens: 1_100 }
    ]
  })
  expect(await get('/api/v1/usage?bucket=day')).toMatchObject({
    rows: expect.arrayContaining([
      expect.objectContaining({
        agent: 'planner',
        model: 'gpt-4o',
        input: 1_000,
        costEstimated: 0.0035
      })
    ]) as unknown
  })
  expect(await get('/api/v1/costs')).toMatchObject({
    ...{ cost: 0.0035, currency: 'USD', budget: null },
    byModel: [{ name: 'gpt-4o' }],
    byAgent: [{ name: 'planner' }]
  })
  expect(await get('/api/v1/values/agent?prefix=pl')).toEqual({ values: ['planner'] })
  expect(await get('/api/v1/values/model')).toEqual({ values: ['gpt-4o'] })
  expect((await it.ask('/api/v1/values/secret', { key })).status).toBe(400)
})

test('a budget of nothing that was passed has no share, and is exceeded', async () => {
  await using it = await observed()
  await it.tell(...BROKEN_RUN)
  const answer = await it.ask('/api/v1/costs?budget=0', { key: it.key(['read']) })
  expect(answer.json()).toMatchObject({ budget: { state: 'exceeded', share: null, limit: 0 } })
})

test('integrity tells what is missing, by producer and for one trace', async () => {
  await using it = await observed()
  const boot = 'ab'.repeat(8)
  const counters = { by: 'agent', boot, next: 9, oldest: 2, dropped: 2, issued: 1 }
  await it.observer.store.noteCounters(counters)
  await it.tell(...BROKEN_RUN)
  const key = it.key(['read'])
  expect((await it.ask('/api/v1/integrity', { key })).json()).toMatchObject({
    ...{ complete: 0, missing: 7, dropped: 2 },
    producers: [{ by: 'agent', boot, emitted: 9, held: 0, gaps: [{ from: 2, to: 9 }] }]
  })
  // Nobody with a log took part in this one.
  expect((await it.ask(`/api/v1/traces/${TRACE}/integrity`, { key })).json()).toMatchObject({
    ...{ complete: 1, missing: 0, producers: [] }
  })
})

test('of who was asked and told nothing the events are missing in the trace too', async () => {
  await using it = await observed()
  const { store } = it.observer
  const [alice, bob, boot] = ['alice', 'bob', 'cd'.repeat(8)]
  const source = { kind: 'agent', by: alice } as const
  const span = { trace: TRACE, span: SPAN, source, kind: 'task', startUs: 1, endUs: 2 } as const
  const given = {
    trace: TRACE,
    id: `1/${bob}`,
    side: 'giver',
    source,
    from: alice,
    to: bob
  } as const
  await store.ingest([{ spans: [span], handoffs: [given], facts: [] }])
  await store.noteCounters({ by: bob, boot, next: 5, oldest: 0, dropped: 0, issued: 1 })
  const answer = await it.ask(`/api/v1/traces/${TRACE}/integrity`, { key: it.key(['read']) })
  expect(answer.json()).toMatchObject({ complete: 0, missing: 5, producers: [{ by: bob }] })
})
