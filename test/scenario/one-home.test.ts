/** A home belongs to one process at a time. */

import { expect, test } from 'vitest'
import { skill, Stage } from '../helpers/processes.ts'

test('a second process on a home is refused, with its name; the first goes on', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ skills: [skill('echo')] })
  const bob = await stage.start({ bootstrap: [alice.address] })
  const second = await stage.start({ home: alice.home }).catch((error: unknown) => error)
  expect(second).toMatchObject({ code: 'HOME_IN_USE', facts: { home: alice.home } })
  expect((second as Error).message).toContain(alice.home)
  expect((await alice.agent.info()).pid).toBe(alice.pid)
  expect((await bob.agent.run('echo', 'as before')).value).toBe('as before')

  // A process that died has left nothing that keeps others out.
  await alice.kill()
  const heir = await alice.restart()
  expect(heir.id).toBe(alice.id)
})
