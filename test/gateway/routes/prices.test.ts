import { expect, test } from 'vitest'
import { prices } from '../../../src/gateway/answers-network.ts'
import { observed } from '../observed.ts'

test('prices are shown to who reads, and where own ones are kept to admins alone', async () => {
  const own = { model: 'house-7b', from: '2026-01-01', input: 0.2, output: 0.4 }
  await using it = await observed({ prices: { entries: [own], file: '/data/prices.json' } })
  const ask = async (key: string) => prices.parse((await it.ask('/api/v1/prices', { key })).json())
  const read = await ask(it.key(['read']))
  expect(read).toMatchObject({ currency: 'USD', file: null, own: [own] })
  expect(read.list.map(({ from }) => from)).toContain(read.newest)
  expect((await ask(it.key(['admin']))).file).toBe('/data/prices.json')
})
