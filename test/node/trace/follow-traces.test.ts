import { expect, test } from 'vitest'
import type { LogPlace } from '../../../src/node/trace/api.ts'
import { followTraces } from '../../../src/node/trace/follow-traces.ts'
import { toHex } from '../../../src/protocol/canonical.ts'
import type { Sealed } from '../../../src/protocol/seal.ts'
import type { TraceBatch } from '../../../src/protocol/trace.ts'
import { until } from '../../helpers/processes.ts'
import { chain } from './samples.ts'
import { Hub, opened } from '../../observer/collect/hub.ts'
import { alice, bob } from '../../protocol/samples.ts'

/** Of one follower: where it is, and what it took. */
function follower() {
  const firsts: number[] = []
  let place: LogPlace | undefined
  return {
    firsts,
    placeOf: () => place,
    take({ body: { boot, first, events } }: Sealed<TraceBatch>) {
      firsts.push(first)
      place = { boot: toHex(boot), next: first + events.length }
    }
  }
}

test('gossip is heard, and a producer that is tailed is followed over a stream', async () => {
  const hub = new Hub()
  const batches = chain()
  const made = [batches.next(10)]
  hub.producer(alice.id, () => made)
  const firsts: number[] = []
  const stop = followTraces(hub.traces(bob.id), {
    placeOf: () => undefined,
    take: ({ body }) => void firsts.push(body.first)
  })
  hub.gossip(opened(made[0]!.bytes))
  hub.gossip({ kind: 'head', head: hub.head(alice, batches.boot, { next: 10 }) })
  expect(firsts).toEqual([0])
  made.push(batches.next(10))
  const head = hub.head(alice, batches.boot, { next: 20, tailed: true })
  for (let nth = 0; nth < 3; nth++) hub.gossip({ kind: 'head', head })
  await until('all of it', () => firsts.length === 3)
  expect(firsts).toEqual([0, 0, 10])
  stop()
  made.push(batches.next(10))
  hub.grow()
  hub.gossip(opened(made[2]!.bytes))
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(firsts).toEqual([0, 0, 10])
})

test('a producer whose head comes before it can be asked is followed when it can', async () => {
  const hub = new Hub()
  const batches = chain()
  const made = [batches.next(10)]
  const watcher = follower()
  const stop = followTraces(hub.traces(bob.id), watcher)
  hub.gossip({ kind: 'head', head: hub.head(alice, batches.boot, { next: 10, tailed: true }) })
  expect(watcher.firsts).toEqual([])
  hub.producer(alice.id, () => made)
  await until('followed', () => watcher.firsts.length === 1)
  stop()
})

/** A watcher that follows a tailed producer, and has its first batch. */
async function followed() {
  const hub = new Hub()
  const batches = chain()
  const made = [batches.next(10)]
  hub.producer(alice.id, () => made)
  const watcher = follower()
  const stop = followTraces(hub.traces(bob.id), watcher)
  hub.gossip({ kind: 'head', head: hub.head(alice, batches.boot, { next: 10, tailed: true }) })
  await until('followed', () => watcher.firsts.length === 1)
  return { hub, batches, made, watcher, stop }
}

test('a stream that breaks is opened again, and goes on where it was', async () => {
  const { hub, batches, made, watcher, stop } = await followed()
  hub.cut(alice.id, bob.id)
  made.push(batches.next(10))
  hub.grow()
  hub.cut(alice.id, bob.id, false)
  await until('again', () => watcher.firsts.length === 2)
  expect(watcher.firsts).toEqual([0, 10])
  stop()
})

test('a batch of gossip that overtakes the stream waits for it', async () => {
  const { hub, batches, made, watcher, stop } = await followed()
  made.push(batches.next(10), batches.next(10))
  hub.gossip(opened(made[2]!.bytes))
  hub.grow()
  await until('all', () => watcher.firsts.length === 3)
  expect(watcher.firsts).toEqual([0, 10, 20])
  stop()
})
