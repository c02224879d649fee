/** The process that runs a skill dies, by whatever hand. */

import { expect, test } from 'vitest'
import { below, isAlive, skill, spinningBelow, Stage } from '../helpers/processes.ts'

test('when a runner is killed, its task fails as crashed and the next one works', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ skills: [skill('spin'), skill('echo')], capacity: 1 })
  const bob = await stage.start({ bootstrap: [alice.address] })
  let ending: unknown
  let killed = -1
  for await (const event of bob.agent.submit('spin', null)) {
    if (event.type === 'progress') {
      killed = await spinningBelow(alice.pid)
      process.kill(killed, 'SIGKILL')
    }
    if (event.type === 'failed') ending = event.error
  }
  expect(ending).toMatchObject({ code: 'SKILL_CRASHED' })
  expect(below(alice.pid)).not.toContain(killed)
  expect(isAlive(alice.pid)).toBe(true)
  expect((await bob.agent.run('echo', 'still here')).value).toBe('still here')

  // The same skill has a fresh runner.
  const again = bob.agent.submit('spin', null)
  for await (const event of again) {
    if (event.type === 'progress') await bob.agent.cancel(event.task)
  }
  await expect(again.result).rejects.toMatchObject({ code: 'CANCELED' })
})
