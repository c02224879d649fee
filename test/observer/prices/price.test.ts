import { expect, test } from 'vitest'
import { price } from '../../../src/observer/prices/price.ts'

const right = { model: 'm', from: '2025-01-01', input: 1, output: 2 }

test('a price has a model, a day and amounts from 0', () => {
  expect(price.safeParse(right).success).toBe(true)
  const wrong = [{ model: '' }, { from: '1.1.2025' }, { input: -1 }, { output: NaN }, { extra: 1 }]
  for (const change of wrong) expect(price.safeParse({ ...right, ...change }).success).toBe(false)
})
