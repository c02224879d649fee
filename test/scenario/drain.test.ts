/** Stopping with work in hand. */

import { expect, test } from 'vitest'
import type { SubmittedTask } from '../../src/index.ts'
import { reached, skill, Stage, until } from '../helpers/processes.ts'

test('an agent told to stop finishes its work, takes no more, and ends with code 0', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ skills: [skill('wait'), skill('echo')] })
  const bob = await stage.inside({ bootstrap: [alice.address] })
  const task = bob.submit('wait', { ms: 1_500 })
  await reached(task, 'progress')
  const stopping = alice.stop()
  // A task that comes now is turned away, with a word that says: elsewhere, or later.
  const refused = await untilRefused(() => bob.run('echo', 'too late?'))
  expect(refused).toMatchObject({ code: 'SHUTTING_DOWN', retry: true })
  expect(await task.result).toMatchObject({ value: 'waited 1500', by: alice.id })
  expect(await stopping).toBe(0)
})

test('work that does not end within the grace is ended, and its requester told why', async () => {
  await using stage = new Stage()
  const alice = await stage.inside({ skills: [skill('spin')] })
  const bob = await stage.start({ bootstrap: [...alice.addresses] })
  const task = bob.agent.submit('spin', null)
  const ended = ending(task)
  await until('it works', async () => (await alice.tasks())[0]?.state === 'working')
  const begin = performance.now()
  await alice.stop({ graceMs: 200 })
  expect(await ended).toMatchObject({ code: 'SHUTTING_DOWN' })
  expect(performance.now() - begin).toBeLessThan(3_000)
})

async function ending(task: SubmittedTask): Promise<unknown> {
  for await (const event of task) {
    if (event.type === 'failed' || event.type === 'canceled') return event.error
  }
  return undefined
}

/** The signal needs a moment to arrive, so the first tries may still be taken. */
async function untilRefused(submit: () => Promise<unknown>): Promise<unknown> {
  for (;;) {
    try {
      await submit()
    } catch (error) {
      return error
    }
  }
}
