import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Deadlines } from '../../src/node/deadlines.ts'
import { until } from '../helpers/processes.ts'

test('what has passed is told once, in any order, and what was cleared never', async () => {
  const deadlines = new Deadlines(() => performance.now())
  const begin = performance.now()
  const passed: string[] = []
  deadlines.set(600, () => passed.push('long'))
  deadlines.set(50, () => passed.push('short'))
  deadlines.clear(deadlines.set(50, () => passed.push('cleared')))
  deadlines.clear(undefined)
  await until('both', () => passed.length >= 2)
  expect(performance.now() - begin).toBeGreaterThanOrEqual(600)
  await sleep(500)
  expect(passed).toEqual(['short', 'long'])
})

test('a deadline set after a pause, or by another that passes, passes too', async () => {
  const deadlines = new Deadlines(() => performance.now())
  const passed: string[] = []
  deadlines.set(1, () => passed.push('first'))
  await until('the first', () => passed.length === 1)
  await sleep(500)
  deadlines.set(1, () => {
    passed.push('second')
    deadlines.set(1, () => passed.push('third'))
  })
  await until('all', () => passed.length === 3)
  expect(passed).toEqual(['first', 'second', 'third'])
})
