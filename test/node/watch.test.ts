import { expect, test } from 'vitest'
import type { ObservedEvent, WatchFilter } from '../../src/node/api.ts'
import { Watch } from '../../src/node/watch.ts'
import { seal } from '../../src/protocol/seal.ts'
import type { TraceBatch, TraceEvent } from '../../src/protocol/trace.ts'
import { alice, batchBody, bob } from '../protocol/samples.ts'

const work = {
  trace: 'ab'.repeat(16),
  span: 'cd'.repeat(8),
  task: '11'.repeat(16),
  skill: 'shout',
  side: 'executor',
  peer: bob.id,
  at: 0
} as const

function batch(first: number, count: number, change: Partial<TraceBatch> = {}) {
  const events: TraceEvent[] = Array.from({ length: count }, (_, at) => {
    return { type: 'agent.started', seq: first + at, at: 0, name: 'alice' }
  })
  return seal('batch', batchBody({ first, events, ...change }), alice)
}

const started = () => new Watch((id) => (id === alice.id ? 'alice' : null))

/** What a reader with this filter sees of these batches. */
async function seen(
  batches: readonly ReturnType<typeof batch>[],
  filter: WatchFilter = {}
): Promise<ObservedEvent[]> {
  const watch = started()
  const stop = new AbortController()
  const events: ObservedEvent[] = []
  const reading = (async () => {
    for await (const event of watch.read({ ...filter, signal: stop.signal })) events.push(event)
  })()
  for (const one of batches) watch.take(one)
  await new Promise((resolve) => setImmediate(resolve))
  stop.abort()
  await reading
  return events
}
const placesOf = (events: ObservedEvent[]) => events.map(({ event, missed }) => [event.seq, missed])

test('events come one by one, with who signed them and what they call themselves', async () => {
  const events = await seen([batch(0, 2)])
  expect(events.map(({ from, name, missed }) => ({ from, name, missed }))).toEqual([
    { from: alice.id, name: 'alice', missed: 0 },
    { from: alice.id, name: 'alice', missed: 0 }
  ])
})

test('a gap between batches is told with the event behind it, once', async () => {
  expect(placesOf(await seen([batch(0, 2), batch(5, 2), batch(7, 1)]))).toEqual([
    ...[
      [0, 0],
      [1, 0],
      [5, 3],
      [6, 0],
      [7, 0]
    ]
  ])
})

test('whoever comes late knows how much was told before', async () => {
  expect(placesOf(await seen([batch(40, 1)]))).toEqual([[40, 40]])
})

test('what comes twice or late is told once; of what overlaps only the news', async () => {
  const again = [batch(0, 3), batch(0, 3), batch(1, 2), batch(1, 4)]
  expect(placesOf(await seen(again))).toEqual([
    [0, 0],
    [1, 0],
    [2, 0],
    [3, 0],
    [4, 0]
  ])
})

test('a new start of the same agent is a new log', async () => {
  const boot = new Uint8Array(8).fill(1)
  expect(placesOf(await seen([batch(0, 2), batch(0, 1, { boot })]))).toEqual([
    [0, 0],
    [1, 0],
    [0, 0]
  ])
})

const told = seal(
  'batch',
  batchBody({
    first: 0,
    events: [
      { type: 'agent.started', seq: 0, at: 0, name: 'alice' },
      { type: 'task.received', seq: 1, ...work, bytes: 1 },
      { type: 'task.streaming', seq: 2, ...work, skill: 'other', trace: 'ef'.repeat(16) },
      { type: 'peer.joined', seq: 3, at: 0, peer: bob.id, name: 'bob' }
    ]
  }),
  alice
)

test.for([
  ['its producer', { peer: alice.id }, [0, 1, 2, 3]],
  ['the other end', { peer: bob.id }, [1, 2, 3]],
  ['a beginning of an id', { peer: bob.id.slice(8, 16) }, [1, 2, 3]],
  ['a task', { task: '1111' }, [1, 2]],
  ['a trace', { trace: 'ef' }, [2]],
  ['a skill', { skill: 'shout' }, [1]],
  ['a family of types', { types: ['task.*'] }, [1, 2]],
  ['one of several types', { types: ['peer.joined', 'agent.started'] }, [0, 3]],
  ['all of these at once', { peer: bob.id, types: ['task.*'], skill: 'other' }, [2]],
  ['nothing that was told', { task: 'ffff' }, []]
] as const)('a reader can ask for %s', async ([, filter, expected]) => {
  const events = await seen([told], filter)
  expect(events.map(({ event }) => event.seq)).toEqual(expected)
})
