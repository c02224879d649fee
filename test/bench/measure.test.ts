import { expect, test } from 'vitest'
import type { Caller } from '../../bench/candidates/candidate.ts'
import { measure, textOf } from '../../bench/measure.ts'

const step = { size: 64, inFlight: 4, ms: 20 }
const plan = { warmUp: step, steps: [step], pids: [] }
const callerOf = (call: Caller['call']): Caller => ({ call, close: async () => {} })

test('a step counts the tasks that were answered', async () => {
  let answered = 0
  const samples = await measure(
    callerOf(async (text) => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      answered++
      return text
    }),
    plan
  )
  expect(samples).toHaveLength(1)
  expect(samples[0]?.perSecond).toBeGreaterThan(0)
  expect(samples[0]?.p50Us).toBeLessThanOrEqual(samples[0]?.p99Us ?? 0)
  expect(answered).toBeGreaterThan(0)
})

test('a wrong answer ends the measurement', async () => {
  const first = textOf(64, 0)
  await expect(
    measure(
      callerOf(async () => first),
      plan
    )
  ).rejects.toThrow('sent 00000001')
})

test('texts have their size and differ from task to task', () => {
  expect(textOf(64, 1)).toHaveLength(64)
  expect(textOf(10_240, 1)).toHaveLength(10_240)
  expect(textOf(64, 1)).not.toBe(textOf(64, 2))
})
