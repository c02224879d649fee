/** Peers that know only one address, the same, and find each other through it. */

import { expect, test } from 'vitest'
import { skill, Stage, until } from '../helpers/processes.ts'

test('two agents that know only a bootstrap peer meet each other and work without it', async () => {
  await using stage = new Stage()
  const guide = await stage.start({ name: 'guide' })
  const bootstrap = [guide.address]
  const alice = await stage.start({ name: 'alice', skills: [skill('echo')], bootstrap })
  const bob = await stage.start({ name: 'bob', bootstrap })
  const result = await bob.agent.run('echo', 'we have not met')
  expect(result).toMatchObject({ value: 'we have not met', by: alice.id })
  const known = (await bob.agent.peers()).map(({ name, via }) => `${name} ${via}`).sort()
  expect(known).toEqual(['alice peer', 'guide bootstrap'])

  await guide.kill()
  await until('it is gone', async () => (await bob.agent.peers()).length === 1)
  expect((await bob.agent.run('echo', 'just us')).by).toBe(alice.id)
})

test('agents that join in the same moment all meet each other', async () => {
  await using stage = new Stage()
  const guide = await stage.start({ name: 'guide' })
  const bootstrap = [guide.address]
  const newcomers = await Promise.all(
    Array.from({ length: 5 }, (_, n) => stage.inside({ name: `newcomer ${n}`, bootstrap }))
  )
  for (const agent of newcomers) {
    const all = async () => (await agent.peers()).length === newcomers.length
    await until(`${agent.name} knows the guide and the four others`, all, 5_000)
  }
})
