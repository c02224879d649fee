/** Changing and stopping an agent while many tasks are in hand: none is lost, and none is late. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Agent } from '../../src/index.ts'
import { skill, Stage, until } from '../helpers/processes.ts'
import { temporary } from '../cli/harness.ts'
import { up, world } from '../cli/processes.ts'

/** More than can run at once, so that some wait while the change comes. */
const TASKS = 24
const FOUR = { preset: 'loopback', open: true, capacity: 4 }

/** An agent in a process of its own with a configuration file, and how to write that anew. */
async function configured(config: object) {
  const home = temporary('home')
  const write = (value: object): void => {
    writeFileSync(join(home, 'config.json'), JSON.stringify(value))
  }
  write(config)
  const alice = await up(world(), 'alice', '--home', home)
  const told = (type: string) => alice.events.filter((event) => event.type === type)
  return { alice, write, told, [Symbol.asyncDispose]: () => alice[Symbol.asyncDispose]() }
}

/** Every outcome: the value, or the code of the error. */
function load(bob: Agent, name: string, inputs: readonly unknown[]): Promise<unknown[]> {
  return Promise.all(
    inputs.map(async (input) => {
      try {
        return (await bob.run(name, input, { deadline: '40s' })).value
      } catch (error) {
        return (error as { code: string }).code
      }
    })
  )
}

const waits = (ms: number) => Array.from({ length: TASKS }, () => ({ ms }))

test('skills are exchanged under load, and accepted tasks end as they were taken', async () => {
  await using stage = new Stage()
  const before = { ...FOUR, skills: [skill('wait')] }
  await using site = await configured(before)
  const bob = await stage.inside({ bootstrap: [site.alice.address] })
  const outcomes = load(bob, 'wait', waits(150))
  await until('tasks run and wait', () => site.told('trace').length >= TASKS)
  site.write({ ...before, skills: [skill('echo')] })
  await until('it was read again', () => site.told('reloaded').length === 1)
  expect(site.told('reloaded')).toEqual([{ type: 'reloaded', changed: ['skills'], restart: [] }])
  expect(await outcomes).toEqual(waits(150).map(() => 'waited 150'))
  expect((await bob.run('echo', 'new')).value).toBe('new')
  await expect(bob.run('wait', { ms: 1 }, { wait: 300 })).rejects.toMatchObject({
    code: 'NO_PEER_WITH_SKILL'
  })
})

test('a file with a fault changes nothing under load, and SIGHUP loses no task', async () => {
  await using stage = new Stage()
  const config = { ...FOUR, skills: [skill('wait')] }
  await using site = await configured(config)
  const bob = await stage.inside({ bootstrap: [site.alice.address] })
  const outcomes = load(bob, 'wait', waits(100))
  await until('tasks run and wait', () => site.told('trace').length >= TASKS)
  site.write({ ...config, skils: [] })
  await until('the fault was told', () => site.told('reload-failed').length > 0)
  site.write(config)
  await until('it was read again', () => site.told('reloaded').length === 1)
  site.alice.child.kill('SIGHUP')
  await until('it was read once more', () => site.told('reloaded').length === 2)
  expect(await outcomes).toEqual(waits(100).map(() => 'waited 100'))
  expect(site.alice.child.exitCode).toBeNull()
})

test('told to stop under load, it ends what it has, and tells how many are left', async () => {
  await using stage = new Stage()
  await using site = await configured({ ...FOUR, skills: [skill('wait')], drain: '30s' })
  const bob = await stage.inside({ bootstrap: [site.alice.address] })
  const outcomes = load(bob, 'wait', waits(200))
  await until('tasks run and wait', () => site.told('trace').length >= TASKS)
  const stopping = site.alice.stop()
  await until('it drains', () => site.told('stopping').length > 0)
  expect(await load(bob, 'wait', [{ ms: 1 }])).toEqual(['SHUTTING_DOWN'])
  expect(await outcomes).toEqual(waits(200).map(() => 'waited 200'))
  expect(await stopping).toBe(0)
  const left = site.told('stopping').map((event) => event['tasks'] as number)
  expect(left[0]).toBeGreaterThan(4)
  expect(left).toEqual(left.toSorted((one, other) => other - one))
  expect(site.alice.events.at(-1)).toEqual({ type: 'stopped' })
})

test('what does not end within the drain is ended, and its requester told', async () => {
  await using stage = new Stage()
  await using site = await configured({ ...FOUR, skills: [skill('spin')], drain: '300ms' })
  const bob = await stage.inside({ bootstrap: [site.alice.address] })
  const outcomes = load(bob, 'spin', [null, null, null])
  await until('tasks run', () => site.told('trace').length >= 3)
  expect(await site.alice.stop()).toBe(0)
  expect(await outcomes).toEqual(['SHUTTING_DOWN', 'SHUTTING_DOWN', 'SHUTTING_DOWN'])
})
