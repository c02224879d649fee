import { expect, test } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import { createLogs } from '../../../src/node/logger.ts'
import { Backfill } from '../../../src/observer/collect/backfill.ts'
import { KnownLogs } from '../../../src/observer/collect/known-logs.ts'
import { toHex } from '../../../src/protocol/canonical.ts'
import { until } from '../../helpers/processes.ts'
import { chain } from '../../node/trace/samples.ts'
import { alice, bob, mallory } from '../../protocol/samples.ts'
import { Hub } from './hub.ts'
import { MemoryStore } from './memory-store.ts'

const log = createLogs({ level: 'silent', rooms: {} }, 'observer')('node')

/** Holds at once what it gets. */
function setup(hub: Hub) {
  const logs = new KnownLogs(systemClock)
  const got: string[] = []
  const backfill = new Backfill({
    ...{ traces: hub.traces(bob.id), clock: systemClock, log, logs, heard: () => undefined },
    ...{ inbox: { settled: () => Promise.resolve() }, store: new MemoryStore().store },
    take: (news, holder) => {
      if (news.kind !== 'batch') return Promise.resolve(true)
      const { body } = news.batch
      got.push(`${holder === alice.id ? 'alice' : 'other'} ${body.first}`)
      logs.meet({ by: body.from, boot: toHex(body.boot) })?.add(news.batch)
      return Promise.resolve(true)
    }
  })
  return { backfill, logs, got }
}

test('what somebody has and nobody brought is asked for, once', async () => {
  const hub = new Hub()
  const batches = chain()
  const made = Array.from({ length: 5 }, () => batches.next(10))
  hub.producer(alice.id, () => made)
  const { backfill, got } = setup(hub)
  backfill.follow([alice.id])
  await until('all', () => got.length === 5)
  backfill.look(alice.id)
  await until('asked again', () => hub.asked.filter((one) => one.includes('list')).length === 2)
  expect(got).toEqual(['alice 0', 'alice 10', 'alice 20', 'alice 30', 'alice 40'])
  await backfill.stop()
})

test('a holder that claims what it has not is asked once, and then another one', async () => {
  const hub = new Hub()
  const batch = chain().next(10)
  const boot = toHex(batch.body.boot)
  const claim = { by: alice.id, boot, ranges: [{ from: 0, to: 10 }], forks: [] }
  hub.traces(mallory.id).share({
    held: () => Promise.resolve([claim]),
    batches: () => Promise.resolve([])
  })
  const { backfill, got, logs } = setup(hub)
  logs.meet(claim)
  backfill.follow([mallory.id])
  const asked = () => hub.asked.filter((one) => one === `${bob.id} get ${mallory.id}`).length
  await until('asked', () => asked() === 1)
  hub.producer(alice.id, () => [batch])
  backfill.follow([mallory.id, alice.id])
  await until('from her', () => got.length === 1)
  expect([got, asked()]).toEqual([['alice 0'], 1])
  await backfill.stop()
})
