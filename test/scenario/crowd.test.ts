/** Many tasks at once, with room for all of them and without. */

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Agent, SubmitOptions } from '../../src/index.ts'
import { PeerworkError } from '../../src/index.ts'
import { skill, Stage } from '../helpers/processes.ts'

const TASKS = 200
const numbers = Array.from({ length: TASKS }, (_, index) => index + 1)

test('200 tasks at once all get their own answer, and each runs once', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ skills: [skill('count')], capacity: 4, queue: TASKS })
  const bob = await stage.inside({ bootstrap: [alice.address] })
  const results = await Promise.all(numbers.map((n) => count(bob, n)))
  expect(results.map(({ n }) => n)).toEqual(numbers)
  // The skill numbers its runs: no number is missing, and none came twice.
  expect(results.map(({ run }) => run).sort((a, b) => a - b)).toEqual(numbers)
})

test('a short queue says busy and when to come back, and no task is lost', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ skills: [skill('count')], capacity: 2, queue: 8 })
  const bob = await stage.inside({ bootstrap: [alice.address] })
  const refusals: PeerworkError[] = []
  const patiently = async (n: number): Promise<Counted> => {
    for (;;) {
      try {
        return await count(bob, n, { onBusy: 'fail' })
      } catch (error) {
        if (!(error instanceof PeerworkError) || error.code !== 'BUSY') throw error
        refusals.push(error)
        await sleep(Number(error.facts['retryAfterMs']))
      }
    }
  }
  const results = await Promise.all(numbers.map(patiently))
  expect(refusals.length).toBeGreaterThan(0)
  for (const { facts, retry } of refusals) {
    expect(retry).toBe(true)
    expect(facts['retryAfterMs']).toBeGreaterThan(0)
  }
  expect(results.map(({ n }) => n)).toEqual(numbers)
  // What was refused did not run: runs are as many as answers.
  expect(results.map(({ run }) => run).sort((a, b) => a - b)).toEqual(numbers)
})

interface Counted {
  readonly n: number
  readonly run: number
}

async function count(agent: Agent, n: number, options?: SubmitOptions): Promise<Counted> {
  return (await agent.run<Counted>('count', { n, ms: 5 }, options)).value
}
