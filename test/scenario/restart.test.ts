/** Restarts of every party: the others find it again, and nobody has to help. */

import { expect, test } from 'vitest'
import { skill, Stage, until } from '../helpers/processes.ts'

test('an executor that is killed and started again on its home is worked with again', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ skills: [skill('count')] })
  const bob = await stage.inside({ bootstrap: [alice.address] })
  const before = await bob.run<Counted>('count', {})
  await alice.kill()
  await until('bob sees her leave', async () => (await bob.peers()).length === 0)
  const again = await alice.restart()
  expect({ id: again.id, address: again.address }).toEqual({ id: alice.id, address: alice.address })
  const after = await bob.run<Counted>('count', {})
  expect(after.by).toBe(alice.id)
  expect(after.value.boot).not.toBe(before.value.boot)
})

test('a task that is submitted while the executor is away waits until it is back', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ skills: [skill('count')] })
  const bob = await stage.inside({ bootstrap: [alice.address] })
  await bob.run('count', {})
  await alice.kill()
  await until('bob sees her leave', async () => (await bob.peers()).length === 0)
  const early = bob.run<Counted>('count', {}, { wait: '20s' })
  const again = await alice.restart()
  expect(await early).toMatchObject({ by: again.id, value: { run: 1 } })
})

test('a requester that is killed and started again on its home works again', async () => {
  await using stage = new Stage()
  const bob = await stage.start({ name: 'bob' })
  // Here the executor dialled: it has to notice and dial again.
  const skills = [skill('count')]
  const alice = await stage.start({
    skills,
    bootstrap: [bob.address],
    open: false,
    allow: [bob.id]
  })
  expect((await bob.agent.run<Counted>('count', {})).value.run).toBe(1)
  await bob.kill()
  await until('alice sees him leave', async () => (await alice.agent.peers()).length === 0)
  const again = await bob.restart()
  expect(again.id).toBe(bob.id)
  const result = await again.agent.run<Counted>('count', {})
  expect(result).toMatchObject({ by: alice.id, value: { run: 2 } })
})

test('while the bootstrap peer is away work goes on, and when it is back others join', async () => {
  await using stage = new Stage()
  const guide = await stage.start({ name: 'guide' })
  const bootstrap = [guide.address]
  const alice = await stage.start({ skills: [skill('count')], bootstrap })
  const bob = await stage.inside({ bootstrap })
  expect((await bob.run<Counted>('count', {})).value.run).toBe(1)
  await guide.kill()
  await until('bob sees it leave', async () => (await bob.peers()).length === 1)
  expect((await bob.run<Counted>('count', {})).value.run).toBe(2)

  const again = await guide.restart()
  const everybody = async () => (await again.agent.peers()).map(({ id }) => id).sort()
  await until('both have come back to it', async () => (await everybody()).length === 2)
  expect(await everybody()).toEqual([alice.id, bob.id].sort())
  const carol = await stage.inside({ bootstrap })
  expect((await carol.run<Counted>('count', {})).value.run).toBe(3)
})

interface Counted {
  readonly run: number
  readonly boot: string
}
