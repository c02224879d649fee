/** Members that reach each other through a member that relays: the door is the same. */

import { expect, test } from 'vitest'
import { found } from '../helpers/founded.ts'
import { skill, Stage, until } from '../helpers/processes.ts'

test('a relay of a network with an owner serves its members, and no stranger', async () => {
  await using stage = new Stage()
  const { admin, member } = await found(stage, { relay: true })
  const bob = await member('bob', { skills: [skill('echo')], relayVia: [admin.address] })
  const through = `${admin.address}/p2p-circuit/p2p/${bob.id}`
  await until('bob has a place', async () => {
    return (await bob.agent.info()).addresses.includes(through)
  })
  const carol = await member('carol', { bootstrap: [through] })
  await until('carol sees bob', async () => {
    return (await carol.agent.peers()).some(({ name }) => name === 'bob')
  })
  expect((await carol.agent.run('echo', 'hello', { to: bob.id })).value).toBe('hello')
  const eve = await stage.inside({ network: 'lab' })
  await expect(eve.connect(through)).rejects.toMatchObject({ code: 'DIAL_FAILED' })
  expect((await bob.agent.peers()).map(({ name }) => name).toSorted()).toEqual(['alice', 'carol'])
})
