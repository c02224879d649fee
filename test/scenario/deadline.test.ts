/** The deadline: against a skill that never looks up, and before the run has begun. */

import { expect, test } from 'vitest'
import { isAlive, reached, skill, spinningBelow, Stage, until } from '../helpers/processes.ts'

/** Long enough to see the loop spin, ms. */
const DEADLINE_MS = 1_000

test('the deadline ends a skill in a busy loop, and the executor itself says so', async () => {
  await using stage = new Stage()
  const skills = [skill('spin'), skill('echo')]
  const alice = await stage.start({ skills, capacity: 1 })
  const bob = await stage.start({ bootstrap: [alice.address] })
  const task = bob.agent.submit('spin', null, { deadline: DEADLINE_MS })
  let spinning = -1
  let ending: unknown
  for await (const event of task) {
    if (event.type === 'progress') spinning = await spinningBelow(alice.pid)
    if (event.type === 'failed') ending = event.error
  }
  // "not done" is the executor's word; the requester alone would say "no result".
  const message: unknown = expect.stringMatching(/^not done within \d+ ms$/)
  expect(ending).toMatchObject({ code: 'DEADLINE_EXCEEDED', message })
  await until('the spinning process is gone', () => !isAlive(spinning), 3_000)
  const [told] = await alice.agent.tasks()
  expect(told).toMatchObject({ skill: 'spin', state: 'failed', code: 'DEADLINE_EXCEEDED' })
  expect((await bob.agent.run('echo', 'free again')).value).toBe('free again')
})

test('a task whose deadline passes while it waits for its turn never runs', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ skills: [skill('count')], capacity: 1 })
  const bob = await stage.inside({ bootstrap: [alice.address] })
  const running = bob.submit('count', { n: 1, ms: 60_000 })
  await reached(running, 'progress')
  const late = bob.run('count', { n: 2 }, { deadline: 300 })
  const message = 'no room to run within 300 ms'
  await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', message })
  await running.cancel()
  // The third task is the second run.
  expect((await bob.run('count', { n: 3 })).value).toMatchObject({ n: 3, run: 2 })
})
