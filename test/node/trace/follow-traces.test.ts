import { expect, test } from 'vitest'
import { followTraces } from '../../../src/node/trace/follow-traces.ts'
import { until } from '../../helpers/processes.ts'
import { chain } from './samples.ts'
import { Hub, opened } from '../../observer/collect/hub.ts'
import { alice, bob } from '../../protocol/samples.ts'

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
