/** Observers that come late, go away and come back end with everything that exists anywhere. */

import { expect, test } from 'vitest'
import type { Agent } from '../../src/index.ts'
import { systemClock } from '../../src/node/clock.ts'
import { createLogs } from '../../src/node/logger.ts'
import { Collector } from '../../src/observer/collect/collector.ts'
import { foldBatch } from '../../src/observer/collect/fold-batch.ts'
import { MemoryStore } from '../observer/collect/memory-store.ts'
import { skill, Stage, until } from '../helpers/processes.ts'

const log = createLogs(
  { level: process.env['LOUD'] === undefined ? 'silent' : 'debug', rooms: {} },
  'observer'
)('node')

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
