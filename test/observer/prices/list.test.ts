import { expect, test } from 'vitest'
import { LIST_PRICES } from '../../../src/observer/prices/list.ts'
import { prices } from '../../../src/observer/prices/price.ts'

test('every entry is a price, and no model has two for one day', () => {
  expect(prices.safeParse(LIST_PRICES).success).toBe(true)
  const keys = LIST_PRICES.map(({ model, provider, from }) => `${model} ${provider} ${from}`)
  expect(new Set(keys).size).toBe(keys.length)
})
