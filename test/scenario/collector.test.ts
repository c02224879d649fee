/** Observers that come late, go away and come back end with everything that exists anywhere. */

import { expect, test } from 'vitest'
import type { Agent, PeerworkError, Role } from '../../src/index.ts'
import { systemClock } from '../../src/node/clock.ts'
import { createLogs } from '../../src/node/logger.ts'
import { Collector } from '../../src/observer/collect/collector.ts'
import { openSqliteStore } from '../../src/observer/sqlite/open.ts'
import { BATCH_WAIT_MS } from '../../src/protocol/constants.ts'
import { foldBatch } from '../../src/observer/collect/fold-batch.ts'
import { MemoryStore } from '../observer/collect/memory-store.ts'
import { found, MEMBER } from '../helpers/founded.ts'
import type { AgentProcess } from '../helpers/processes.ts'
import { skill, Stage, until } from '../helpers/processes.ts'
import { createWire } from '../helpers/wire.ts'

const log = createLogs({ level: 'silent', rooms: {} }, 'observer')('node')

function collect(agent: Agent, memory: MemoryStore): Promise<Collector> {
  return Collector.start({
    ...{ traces: agent.traces, store: memory.store, clock: systemClock, log },
    fold: (batch) => foldBatch(batch)
  })
}

/** Events of these types that a producer told, as the store has them. */
const told = ({ facts }: MemoryStore, by: string, type: string): number =>
  [...facts.values()].filter((fact) => fact.source.by === by && fact.type === type).length

test('an observer that joins late gets everything over streams, of both producers', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ name: 'alice', skills: [skill('count')] })
  const bob = await stage.start({ name: 'bob', bootstrap: [alice.address] })
  await Promise.all(Array.from({ length: 40 }, (_, n) => bob.agent.run('count', { n })))
  const observer = await stage.inside({ name: 'observer', bootstrap: [alice.address] })
  const memory = new MemoryStore()
  await using collector = await collect(observer, memory)
  const all = (type: string, count: number): boolean =>
    told(memory, alice.id, type) === count && told(memory, bob.id, type) === count
  await until('the past', () => all('task.completed', 40) && all('agent.started', 1))
  expect([...collector.state().tailing].sort()).toEqual([alice.id, bob.id, observer.id].sort())
  await bob.agent.run('count', { n: 41 })
  await until('the present', () => all('task.completed', 41))
  await until('nothing is missing', () => {
    return collector.state().logs.every(({ missing }) => missing === 0)
  })
  expect(collector.state().logs).toHaveLength(3)
})

test('a producer that is killed and comes back has lost at most what was not sealed', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ name: 'alice', skills: [skill('count')] })
  const bob = await stage.start({ name: 'bob', bootstrap: [alice.address] })
  await Promise.all(Array.from({ length: 20 }, (_, n) => bob.agent.run('count', { n })))
  await sealedBy(bob, 20)
  await alice.kill()
  const again = await alice.restart()
  const observer = await stage.inside({ name: 'observer', bootstrap: [again.address] })
  const memory = new MemoryStore()
  await using collector = await collect(observer, memory)
  await until('both starts', () => told(memory, alice.id, 'agent.started') === 2)
  await until('her past', () => told(memory, alice.id, 'task.completed') === 20)
  const own = collector.state().logs.filter(({ by }) => by === alice.id)
  expect(own).toHaveLength(2)
  expect(own.map(({ missing, broken, forks }) => [missing, broken, forks])).toEqual([
    ...[
      [0, 0, 0],
      [0, 0, 0]
    ]
  ])
})

/** A quarter of a second after the last of so many tasks everything is sealed. */
async function sealedBy(bob: AgentProcess, tasks: number): Promise<void> {
  const done = async () => (await bob.agent.tasks()).filter(({ state }) => state === 'completed')
  await until('done', async () => (await done()).length >= tasks)
  await new Promise((resolve) => setTimeout(resolve, 2 * BATCH_WAIT_MS))
}

test('behind a partition half of the story is missing; all is there once it heals', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ name: 'alice', skills: [skill('count')] })
  using wire = await createWire(alice.address)
  const observer = await stage.inside({ name: 'observer', bootstrap: [wire.address] })
  const memory = new MemoryStore()
  await using collector = await collect(observer, memory)
  await until('she is tailed', () => collector.state().tailing.includes(alice.id))
  const bob = await stage.start({ name: 'bob', bootstrap: [alice.address], mdns: false })
  await observer.connect(bob.address)
  wire.cut()
  wire.close()
  await Promise.all(Array.from({ length: 30 }, (_, n) => bob.agent.run('count', { n })))
  await until('half of the story', () => told(memory, bob.id, 'task.completed') === 30)
  await observer.connect(alice.address)
  await until('the other half', () => told(memory, alice.id, 'task.completed') === 30)
  await until('nothing is missing', () => {
    return collector.state().logs.every(({ missing }) => missing === 0)
  })
})

test('an observer that was away goes on where it was, with what it holds on disk', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ name: 'alice', skills: [skill('count')] })
  const dir = stage.home()
  const seen = async (count: number): Promise<void> => {
    const observer = await stage.inside({ name: 'observer', bootstrap: [alice.address] })
    await using store = await openSqliteStore({ dir, clock: systemClock })
    await using _ = await Collector.start({
      ...{ traces: observer.traces, store, clock: systemClock, log },
      fold: (batch) => foldBatch(batch)
    })
    await observer.run('count', {})
    await until('seen', async () => {
      const types = ['task.completed']
      const { items } = await store.facts({ by: alice.id, types, limit: 100 })
      return items.length === count
    })
    await observer.stop()
  }
  await seen(1)
  const bob = await stage.start({ name: 'bob', bootstrap: [alice.address] })
  await Promise.all(Array.from({ length: 10 }, (_, n) => bob.agent.run('count', { n })))
  await seen(12)
})

test('in a network with an owner only members with the role hear of traces', async () => {
  await using stage = new Stage()
  const { admin, enrol } = await found(stage)
  const member = async (name: string, roles: readonly Role[]): Promise<Agent> => {
    return stage.inside({ ...MEMBER, name, home: await enrol(name, { roles }) })
  }
  const worker = await member('worker', ['submit', 'execute'])
  const watcher = await member('watcher', ['observe'])
  const code = async ({ traces }: Agent): Promise<string> => {
    await until('they meet', () => traces.holders().includes(admin.id))
    return traces.held(admin.id, AbortSignal.timeout(5_000)).then(
      () => 'answered',
      (error: PeerworkError) => error.code
    )
  }
  expect(await code(worker)).toBe('ROLE_MISSING')
  expect(await code(watcher)).toBe('answered')
})
