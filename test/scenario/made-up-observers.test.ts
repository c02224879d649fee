/** Keys cost nothing: made-up observers take places, and real ones miss nothing because of it. */

import { expect, test } from 'vitest'
import type { Agent } from '../../src/index.ts'
import { systemClock } from '../../src/node/clock.ts'
import { createLogs } from '../../src/node/logger.ts'
import { askSync } from '../../src/node/trace/ask-sync.ts'
import { Collector } from '../../src/observer/collect/collector.ts'
import { foldBatch } from '../../src/observer/collect/fold-batch.ts'
import type { SyncFrame } from '../../src/protocol/trace-sync.ts'
import { EvilPeer } from '../helpers/evil-peer.ts'
import { found, MEMBER } from '../helpers/founded.ts'
import { skill, Stage, until } from '../helpers/processes.ts'
import { MemoryStore } from '../observer/collect/memory-store.ts'

const TEST_MS_MAX = 60_000
/** As many as a producer serves at once. */
const MADE_UP = 32
const log = createLogs({ level: 'silent', rooms: {} }, 'observer')('node')

function collect(agent: Agent, memory: MemoryStore): Promise<Collector> {
  return Collector.start({
    ...{ traces: agent.traces, store: memory.store, clock: systemClock, log },
    fold: (batch) => foldBatch(batch)
  })
}

const told = ({ facts }: MemoryStore, by: string, type: string): number =>
  [...facts.values()].filter((fact) => fact.source.by === by && fact.type === type).length

/** Opens a tail, and says to keep what comes. */
async function pretend(evil: EvilPeer, address: string): Promise<AsyncGenerator<SyncFrame>> {
  const connection = await evil.join(address)
  const asked = { signal: new AbortController().signal, msMax: TEST_MS_MAX }
  const frames = askSync(connection, { type: 'tail', keeps: true }, asked)
  await frames.next()
  return frames
}

test(
  'made-up observers take all tails: who is listed gets one, and who is not has everything too',
  async () => {
    await using stage = new Stage()
    await using stack = new AsyncDisposableStack()
    const lists = await stage.inside({ name: 'listed' })
    const alice = await stage.start({ name: 'alice', skills: [skill('count')], allow: [lists.id] })
    const tails: AsyncGenerator<SyncFrame>[] = []
    for (let nth = 0; nth < MADE_UP; nth++) {
      const evil = stack.use(await EvilPeer.create())
      tails.push(await pretend(evil, alice.address))
    }
    const bob = await stage.start({ name: 'bob', bootstrap: [alice.address] })
    const observer = await stage.inside({ name: 'observer', bootstrap: [alice.address] })
    const memory = new MemoryStore()
    await using collector = await collect(observer, memory)
    for (let n = 1; n <= 2; n++) {
      await bob.agent.run('count', { n }, { to: alice.id })
      const all = () => told(memory, alice.id, 'task.completed') === n
      await until(`task ${n}`, all, 20_000)
      expect(collector.state().tailing).not.toContain(alice.id)
    }
    await lists.connect(alice.address)
    await using other = await collect(lists, new MemoryStore())
    await until('who is listed tails', () => other.state().tailing.includes(alice.id))
    await until('nothing is missing', () => {
      return collector.state().logs.every(({ by, missing }) => by !== alice.id || missing === 0)
    })
    for (const tail of tails) void tail.return(undefined)
  },
  TEST_MS_MAX
)

test('a member that is put out is tailing nobody any more within seconds', async () => {
  await using stage = new Stage()
  const { admin, enrol } = await found(stage, { skills: [skill('count')] })
  const home = await enrol('watcher', { roles: ['observe'] })
  const watcher = await stage.inside({ ...MEMBER, name: 'watcher', home })
  const bob = await stage.start({ ...MEMBER, name: 'bob', home: await enrol('bob') })
  const memory = new MemoryStore()
  await using collector = await collect(watcher, memory)
  await until('it tails', () => collector.state().tailing.includes(admin.id))
  await until('bob is there', async () => (await admin.agent.peers()).length === 2)
  await admin.agent.revoke('watcher', 'sold what it saw')
  await until(
    'it tails nobody else',
    () => {
      return collector.state().tailing.every((by) => by === watcher.id)
    },
    3_000
  )
  await bob.agent.run('count', { n: 1 }, { to: admin.id })
  await bob.agent.run('count', { n: 2 }, { to: admin.id })
  expect(told(memory, admin.id, 'task.completed')).toBe(0)
  const asked = watcher.traces.held(admin.id, AbortSignal.timeout(5_000))
  await expect(asked).rejects.toMatchObject({ code: 'PEER_LOST' })
})
