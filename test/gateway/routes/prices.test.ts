import { expect, test } from 'vitest'
import { prices } from '../../../src/gateway/answers-network.ts'
import { observed, SPAN, TRACE } from '../observed.ts'
import type { Observed } from '../observed.ts'

const HOUSE = { model: 'house-7b', from: '2026-01-01', input: 0.2, output: 0.4 }
const PATH = '/api/v1/prices'

const put = (it: Observed, price: object, key: string) =>
  it.ask(PATH, {
    ...{ method: 'PUT', key, headers: { 'content-type': 'application/json' } },
    body: JSON.stringify(price)
  })

test('prices are shown to who reads, and where own ones are kept to admins alone', async () => {
  await using it = await observed()
  const admin = it.key(['admin'])
  expect((await put(it, HOUSE, admin)).json()).toEqual({ done: true })
  const ask = async (key: string) => prices.parse((await it.ask(PATH, { key })).json())
  const read = await ask(it.key(['read']))
  expect(read).toMatchObject({ currency: 'USD', file: null, own: [HOUSE] })
  expect(read.list.map(({ from }) => from)).toContain(read.newest)
  expect((await ask(admin)).file).toBe(it.observer.prices.file)
})

test('an admin sets and removes prices, which count at once, and the audit log tells', async () => {
  await using it = await observed()
  const admin = it.key(['admin'], 'boss')
  await put(it, { ...HOUSE, provider: 'acme', input: 3, cacheRead: 0 }, admin)
  const call = {
    type: 'span',
    trace: TRACE,
    kind: 'model',
    name: 'ask',
    model: 'house-7b',
    start: 1.79e12
  }
  const told = { ...call, provider: 'acme', tokens: { input: 1_000_000 } }
  await it.tell({ ...told, span: SPAN })
  expect(await it.observer.store.trace(TRACE)).toMatchObject({ cost: 3, costSource: 'estimated' })
  const where = `${PATH}?model=house-7b&provider=acme&from=2026-01-01`
  const remove = () => it.ask(where, { method: 'DELETE', key: admin })
  expect((await remove()).json()).toEqual({ done: true })
  expect((await remove()).status).toBe(404)
  await it.tell({ ...told, span: 'ab'.repeat(8) })
  // What was priced before stays as it is.
  expect(await it.observer.store.trace(TRACE)).toMatchObject({ cost: 3 })
  const { items } = (await it.ask('/api/v1/audit', { key: admin })).json() as {
    items: { who: string; what: string; about: string }[]
  }
  const about = 'house-7b at acme, from 2026-01-01'
  expect(items.filter(({ what }) => what.startsWith('price.'))).toMatchObject([
    { who: 'boss', what: 'price.removed', about },
    { who: 'boss', what: 'price.set', about }
  ])
})

test('who may not change prices changes none, and what is wrong is named', async () => {
  await using it = await observed()
  expect((await put(it, HOUSE, it.key(['read']))).status).toBe(403)
  const admin = it.key(['admin'])
  const wrong: readonly (readonly [object, string])[] = [
    [{ ...HOUSE, input: -1 }, 'input: '],
    [{ ...HOUSE, from: '2026-13-01' }, 'from: '],
    [{ ...HOUSE, model: '' }, 'no model is named'],
    [{ ...HOUSE, model: 'm'.repeat(513) }, 'model: '],
    [{ ...HOUSE, more: 1 }, 'more: not known here']
  ]
  for (const [price, detail] of wrong) {
    const { status, text } = await put(it, price, admin)
    expect([status, text]).toEqual([400, expect.stringContaining(detail)])
  }
  expect(it.observer.prices.entries).toEqual([])
})
