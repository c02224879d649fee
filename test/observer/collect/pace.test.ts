import { expect, test } from 'vitest'
import { Pace } from '../../../src/observer/collect/pace.ts'

const taken = async (pace: Pace, holder: string, count: number): Promise<number> => {
  let done = 0
  const all = (async () => {
    for (; done < count; done++) await pace.wait(holder)
  })()
  await Promise.race([all, new Promise((resolve) => setTimeout(resolve, 100))])
  return done
}

test('whoever sends too many waits, and others do not', async () => {
  const pace = new Pace(() => 0)
  expect(await taken(pace, 'mallory', 100)).toBe(64)
  expect(await taken(pace, 'alice', 10)).toBe(10)
  pace.stop()
})

test('nobody waits any more at the end', async () => {
  const pace = new Pace(() => 0)
  const waiting = taken(pace, 'mallory', 70)
  pace.stop()
  expect(await waiting).toBe(70)
})
