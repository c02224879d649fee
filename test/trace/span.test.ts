import { expect, test } from 'vitest'
import { createTracer } from '../../src/trace/tracer.ts'
import { shape, traced } from './traced.ts'

test('spans below each other are one tree, and each says what was said of it', async () => {
  const { tracer, trees, losses, span: read } = await traced()
  let model = { trace: '', id: '' }
  await tracer.span('plan', { kind: 'agent' }, async (plan) => {
    const chat = plan.start('chat', { kind: 'model', model: 'gpt-4o', provider: 'openai' })
    model = chat
    chat.set({ tokens: { input: 1_000, output: 100, cacheRead: 50 }, attributes: { a: 1 } })
    chat.set({ attributes: { b: [2] } })
    chat.end()
    const search = plan.start('search', { kind: 'tool', tool: 'web' })
    search.start('fetch').end()
    search.end()
  })
  const [root, ...more] = await trees()
  expect(more).toEqual([])
  expect(root && shape(root)).toBe('plan ok (chat ok, search ok (fetch ok))')
  expect(root?.children.map(({ kind, agent, tokens }) => [kind, agent, tokens])).toEqual([
    ['model', 'planner', 1_100],
    ['tool', 'planner', 0]
  ])
  expect(await read(model.trace, model.id)).toMatchObject({
    ...{ model: 'gpt-4o', provider: 'openai', attributes: { a: 1, b: [2] } },
    tokens: { input: 1_000, output: 100, cacheRead: 50 }
  })
  expect(losses).toEqual([])
})

test('a span is seen while it is open, and what is said after its end still counts', async () => {
  const { tracer, trees } = await traced()
  const span = tracer.start('long')
  expect((await trees()).map(shape)).toEqual(['long open'])
  span.end()
  span.end({ error: new Error('too late') })
  span.set({ kind: 'model', tokens: { output: 7 } })
  expect((await trees()).map(({ status, tokens }) => [status, tokens])).toEqual([['ok', 7]])
})

test('a handoff is told from both sides, with how it ended and what it cost', async () => {
  const { tracer, get, it } = await traced()
  const writer = createTracer({ url: it.url, key: it.key(['ingest']), agent: 'writer' })
  const plan = tracer.start('plan', { kind: 'agent' })
  const { id, traceparent, end } = plan.handoff({ to: 'writer', skill: 'write' })
  const write = writer.start('write', { traceparent, handoff: id })
  write.end({ error: new Error('no ink') })
  end('error', new Error('no ink'))
  const asked = plan.handoff({ to: 'a person', mode: 'human' })
  asked.end('rejected')
  plan.handoff({ to: 'reviewer', mode: 'pass-control' })
  plan.end()
  await Promise.all([tracer.flush(), writer.close()])
  const { items } = (await get(`/api/v1/traces/${plan.trace}/handoffs`)) as unknown as {
    items: readonly { id: string }[]
  }
  expect(items.find((one) => one.id === id)).toMatchObject({
    ...{ from: 'planner', to: 'writer', skill: 'write', mode: 'return-to-caller' },
    ...{ status: 'error', error: { code: 'Error', message: 'no ink' }, disagreements: [] },
    spans: { giver: plan.id, taker: write.id },
    evidence: { giver: 'claimed', taker: 'claimed' }
  })
  expect(items.find((one) => one.id === asked.id)).toMatchObject({
    ...{ mode: 'human', status: 'rejected', to: 'a person' }
  })
  expect(items).toContainEqual(
    expect.objectContaining({ mode: 'pass-control', status: 'offered', to: 'reviewer' })
  )
  expect(items).toHaveLength(3)
})

test('what a taken-up handoff used up stands at the handoff', async () => {
  const { tracer, get } = await traced()
  const plan = tracer.start('plan')
  const { id, traceparent } = plan.handoff({ to: 'writer' })
  const write = tracer.start('write', { traceparent, handoff: id, agent: 'writer' })
  write.set({ tokens: { input: 30, output: 12 }, cost: 0.25 })
  write.end()
  await tracer.flush()
  const { items } = await get(`/api/v1/traces/${plan.trace}/handoffs`)
  expect(items).toMatchObject([{ status: 'ok', tokens: 42, cost: 0.25 }])
})

test('changes of state, guards and moments stand at their span', async () => {
  const { tracer, get, losses } = await traced()
  const plan = tracer.start('plan')
  plan.state([{ op: 'add', path: '/trip', value: { to: 'Rome' } }])
  plan.state([{ op: 'replace', path: '/trip/to', value: 'Oslo' }])
  plan.guard('budget', { action: 'stopped', reason: 'cost', limit: 1, value: 2 })
  plan.event('retry', { attempt: 2 })
  plan.event('bare')
  plan.end()
  await tracer.flush()
  const { facts } = (await get(`/api/v1/traces/${plan.trace}/spans/${plan.id}`)) as unknown as {
    facts: readonly { type: string; body: object }[]
  }
  expect(facts.map(({ type }) => type).toSorted()).toEqual([
    ...['event.bare', 'event.retry', 'guard.tripped', 'state.changed', 'state.changed']
  ])
  expect(facts).toContainEqual(
    expect.objectContaining({
      type: 'guard.tripped',
      body: { guard: 'budget', action: 'stopped', reason: 'cost', limit: 1, value: 2 }
    })
  )
  const state = JSON.stringify(await get(`/api/v1/traces/${plan.trace}/state`))
  expect(state).toContain('planner')
  expect(state).toContain('/trip/to')
  expect(losses).toEqual([])
})
