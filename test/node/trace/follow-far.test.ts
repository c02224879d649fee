import { expect, test } from 'vitest'
import type { LogPlace } from '../../../src/node/trace/api.ts'
import { FollowFar } from '../../../src/node/trace/follow-far.ts'
import { followTraces } from '../../../src/node/trace/follow-traces.ts'
import { toHex } from '../../../src/protocol/canonical.ts'
import type { Sealed } from '../../../src/protocol/seal.ts'
import type { TraceBatch } from '../../../src/protocol/trace.ts'
import { Hub } from '../../observer/collect/hub.ts'
import { until } from '../../helpers/processes.ts'
import { alice, bob, mallory } from '../../protocol/samples.ts'
import { chain } from './samples.ts'

/** An observer that has what alice told; the watcher is out of her reach. */
function setup() {
  const hub = new Hub()
  const batches = chain()
  const made: Sealed<TraceBatch>[] = []
  hub.producer(alice.id, () => made)
  hub.traces(mallory.id).share({
    held: () => Promise.resolve([]),
    batches: (_, { from, to }) => {
      const fits = ({ body: { first, events } }: Sealed<TraceBatch>): boolean =>
        first < to && first + events.length > from
      const found = made.filter(fits)
      return Promise.resolve(found.map(({ bytes, body }) => ({ bytes, to: body.first + 1 })))
    }
  })
  const traces = hub.traces(bob.id)
  hub.cut(alice.id, bob.id)
  const firsts: number[] = []
  let place: LogPlace | undefined
  const follower = {
    placeOf: () => place,
    take({ body: { boot, first, events } }: Sealed<TraceBatch>) {
      firsts.push(first)
      place = { boot: toHex(boot), next: first + events.length }
    }
  }
  const grow = (count: number) => {
    made.push(batches.next(count))
    const next = made.reduce((sum, { body }) => sum + body.events.length, 0)
    return hub.head(alice, batches.boot, { next, tailed: true })
  }
  return { hub, traces, follower, firsts, grow }
}

test('what a tailed producer out of reach told is asked of an observer, once', async () => {
  const { hub, traces, follower, firsts, grow } = setup()
  const stop = followTraces(traces, follower)
  hub.gossip({ kind: 'head', head: grow(10) })
  await until('the first', () => firsts.length === 1)
  hub.gossip({ kind: 'head', head: grow(10) })
  await until('the second', () => firsts.length === 2)
  expect(firsts).toEqual([0, 10])
  expect(hub.asked).toEqual([`${bob.id} get ${mallory.id}`, `${bob.id} get ${mallory.id}`])
  stop()
})

test('of heads that come while it asks the newest is asked for', async () => {
  const { hub, traces, follower, firsts, grow } = setup()
  const far = new FollowFar(traces, follower, new AbortController().signal)
  const heads = [grow(30), grow(30), grow(30), grow(30)]
  for (const { body } of heads) far.hear(body)
  await until('all that is new', () => firsts.at(-1) === 90)
  expect(firsts).toEqual([0, 30, 60, 90])
  expect(hub.asked).toHaveLength(2)
})

test('of what was before it began to listen it asks for the last events alone', async () => {
  const { traces, follower, firsts, grow } = setup()
  const heads = [grow(30), grow(30), grow(30), grow(30)]
  new FollowFar(traces, follower, new AbortController().signal).hear(heads[3]!.body)
  await until('the last', () => firsts.at(-1) === 90)
  expect(firsts).toEqual([60, 90])
})

test('nobody is asked when there is no observer, or who watched has ended', async () => {
  const { hub, traces, follower, firsts, grow } = setup()
  const ending = new AbortController()
  const far = new FollowFar(traces, follower, ending.signal)
  hub.leave(mallory.id)
  far.hear(grow(10).body)
  ending.abort()
  far.hear(grow(10).body)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect([firsts, hub.asked]).toEqual([[], []])
})
