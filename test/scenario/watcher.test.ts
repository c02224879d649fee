/** Who watches hears every agent in reach, whether or not observers collect beside it. */

import { expect, test } from 'vitest'
import type { Agent } from '../../src/index.ts'
import { systemClock } from '../../src/node/clock.ts'
import { createLogs } from '../../src/node/logger.ts'
import { Collector } from '../../src/observer/collect/collector.ts'
import { foldBatch } from '../../src/observer/collect/fold-batch.ts'
import { skill, Stage, until } from '../helpers/processes.ts'
import { MemoryStore } from '../observer/collect/memory-store.ts'

const log = createLogs({ level: 'silent', rooms: {} }, 'observer')('node')
/** To hear of what was done, ms: less than from one head of a tailed producer to the next. */
const HEAR_MS_MAX = 3_000

function collect(agent: Agent, memory: MemoryStore): Promise<Collector> {
  return Collector.start({
    ...{ traces: agent.traces, store: memory.store, clock: systemClock, log },
    fold: (batch) => foldBatch(batch)
  })
}

/** Everything that an agent hears from now on, as `<sequence number> <type>` of each producer. */
function heardBy(agent: Agent): (by: string) => string[] {
  const heard = new Map<string, string[]>()
  const listen = async (): Promise<void> => {
    for await (const { from, event } of agent.watch()) {
      const all = heard.get(from) ?? []
      heard.set(from, [...all, `${event.seq} ${event.type}`])
    }
  }
  listen().catch(() => undefined)
  return (by) => heard.get(by) ?? []
}

const count = (events: readonly string[], type: string): number =>
  events.filter((event) => event.endsWith(` ${type}`)).length

const collected = ({ facts }: MemoryStore, by: string, type: string): number =>
  [...facts.values()].filter((fact) => fact.source.by === by && fact.type === type).length

test('watcher and observer both hear an agent in the first second of its life', async () => {
  await using stage = new Stage()
  const watcher = await stage.inside({ name: 'watcher' })
  const heard = heardBy(watcher)
  const observer = await stage.inside({ name: 'observer', bootstrap: watcher.addresses })
  const memory = new MemoryStore()
  await using _ = await collect(observer, memory)
  const bootstrap = [...watcher.addresses, ...observer.addresses]
  const [alice, bob] = await Promise.all([
    stage.inside({ name: 'alice', bootstrap, skills: [skill('count')] }),
    stage.inside({ name: 'bob', bootstrap })
  ])
  await bob.run('count', { n: 1 })
  const both = (told: (by: string) => number): boolean => told(alice.id) > 0 && told(bob.id) > 0
  const watched = (by: string): number => count(heard(by), 'task.completed')
  await until('the watcher heard both', () => both(watched), HEAR_MS_MAX)
  const kept = (by: string): number => collected(memory, by, 'task.completed')
  await until('the observer has both', () => both(kept), HEAR_MS_MAX)
  for (const { id } of [alice, bob]) expect(new Set(heard(id)).size).toBe(heard(id).length)
})

test('a watcher that comes after the observer hears what is done then, and later', async () => {
  await using stage = new Stage()
  const alice = await stage.inside({ name: 'alice', skills: [skill('count')] })
  const observer = await stage.inside({ name: 'observer', bootstrap: alice.addresses })
  const memory = new MemoryStore()
  await using collector = await collect(observer, memory)
  await until('she is tailed', () => collector.state().tailing.includes(alice.id))
  const watcher = await stage.inside({ name: 'watcher', bootstrap: alice.addresses })
  const heard = heardBy(watcher)
  const done = async (tasks: number): Promise<void> => {
    await observer.run('count', { n: tasks })
    const told = (): boolean => count(heard(alice.id), 'task.completed') === tasks
    await until(`task ${tasks} is heard of`, told, HEAR_MS_MAX)
  }
  await done(1)
  await done(2)
  // It goes, and gossip alone is left.
  await collector[Symbol.asyncDispose]()
  await until('nobody tails her', () => alice.traces.observers().length === 0)
  await done(3)
  const events = heard(alice.id)
  expect(new Set(events).size).toBe(events.length)
})

test("an observer's own watcher takes nothing away from it, and hears the same", async () => {
  await using stage = new Stage()
  const alice = await stage.inside({ name: 'alice', skills: [skill('count')] })
  const observer = await stage.inside({ name: 'observer', bootstrap: alice.addresses })
  const heard = heardBy(observer)
  const memory = new MemoryStore()
  await using collector = await collect(observer, memory)
  await until('she is tailed', () => collector.state().tailing.includes(alice.id))
  let ends = 0
  const stop = alice.traces.onHolders(() => {
    if (!alice.traces.observers().includes(observer.id)) ends++
  })
  const bob = await stage.inside({ name: 'bob', bootstrap: alice.addresses })
  for (let n = 1; n <= 5; n++) {
    await bob.run('count', { n })
    const told = (): boolean => count(heard(alice.id), 'task.completed') === n
    await until(`task ${n} is heard of`, told, HEAR_MS_MAX)
    await until('it is kept', () => collected(memory, alice.id, 'task.completed') === n)
  }
  stop()
  expect(ends).toBe(0)
})
