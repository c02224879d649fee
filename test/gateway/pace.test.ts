import { expect, test } from 'vitest'
import { Pace } from '../../src/gateway/pace.ts'

test('after a step of work others go first, and then the next step begins', async () => {
  let ms = 0
  const pace = new Pace(() => ms)
  ms += 9
  expect(pace.isDue).toBe(false)
  ms += 1
  expect(pace.isDue).toBe(true)
  const others: string[] = []
  setImmediate(() => others.push('first'))
  await pace.rest()
  expect(others).toEqual(['first'])
  expect(pace.isDue).toBe(false)
})
