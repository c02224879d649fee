import { expect, test } from 'vitest'
import { observed, TRACE } from '../observed.ts'
import { BROKEN_RUN, START } from '../samples.ts'

test('handoffs of all traces can be asked for by end, agent and time', async () => {
  await using it = await observed()
  await it.tell(...BROKEN_RUN)
  const key = it.key(['read'])
  const count = async (query: string) => {
    const answer = await it.ask(`/api/v1/handoffs?${query}`, { key })
    expect(answer.status).toBe(200)
    return (answer.json()['items'] as unknown[]).length
  }
  expect(await count('')).toBe(1)
  expect(await count('status=error')).toBe(1)
  expect(await count('status=ok')).toBe(0)
  expect(await count('agent=booker')).toBe(1)
  expect(await count('agent=nobody')).toBe(0)
  expect(await count(`from=${START}&to=${START + 1_000}`)).toBe(1)
  expect(await count(`to=${START}`)).toBe(0)
})

test('the state of a trace says who changed what, in which span', async () => {
  await using it = await observed()
  await it.tell(...BROKEN_RUN)
  const answer = await it.ask(`/api/v1/traces/${TRACE}/state`, { key: it.key(['read']) })
  expect(answer.json()).toMatchObject({
    keys: [{ key: 'trip', changes: [{ author: 'booker', path: '/trip/flight', value: 'LH1' }] }]
  })
})

test('state that somebody floods is answered all the same, up to a bound', async () => {
  await using it = await observed()
  const depth = 2_000
  const hex = (at: number) => (at + 1).toString(16).padStart(16, '0')
  // All spans overlap, each below the other, and all change the same place at the same time.
  const spans = Array.from({ length: depth }, (_, at) => ({
    ...{ type: 'span', trace: TRACE, span: hex(at), name: 'deep', start: START, end: START + 1 },
    ...(at > 0 && { parent: hex(at - 1) })
  }))
  const operations = Array.from({ length: 500 }, () => ({ op: 'add', path: '/a', value: 1 }))
  const changes = Array.from({ length: 100 }, (_, at) => ({
    ...{ type: 'state', trace: TRACE, span: hex(at * 20), at: START, operations }
  }))
  await it.tell(...spans)
  await it.tell(...changes)
  const key = it.key(['read'])
  const [state, other] = await Promise.all([
    it.ask(`/api/v1/traces/${TRACE}/state`, { key }),
    it.ask('/healthz')
  ])
  expect([state.status, other.status]).toEqual([200, 200])
  const { keys } = state.json() as { keys: { changes: unknown[] }[] }
  expect(keys[0]?.changes.length).toBeLessThanOrEqual(10_000)
})
