/** The executor's power goes while it works. */

import { expect, test } from 'vitest'
import { below, isAlive, skill, Stage, until } from '../helpers/processes.ts'

test('when the executor is killed mid-task, the requester knows within 2 s', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ skills: [skill('wait')] })
  const bob = await stage.start({ bootstrap: [alice.address] })
  const runners = below(alice.pid)
  expect(runners.length).toBeGreaterThan(0)
  let killed = Number.NaN
  let ending: unknown
  for await (const event of bob.agent.submit('wait', { ms: 60_000 })) {
    if (event.type === 'progress') {
      killed = performance.now()
      await alice.kill()
    }
    if (event.type === 'failed') ending = event.error
  }
  expect(performance.now() - killed).toBeLessThan(2_000)
  expect(ending).toMatchObject({ code: 'PEER_LOST', retry: true })
  expect(await bob.agent.peers()).toEqual([])
  await until('its runners are gone with it', () => !runners.some(isAlive), 3_000)
})
