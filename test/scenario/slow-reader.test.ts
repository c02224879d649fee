/** Backpressure from end to end: skill, sandbox, executor, network, requester, reader. */

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { TaskEvent } from '../../src/index.ts'
import { peakBytes, skill, Stage } from '../helpers/processes.ts'

const MIB = 1024 * 1024
const CHUNKS = 512
/** With quotes a little over 128 KiB on the wire: 64 MiB in all. */
const SIZE = 128 * 1024
/** No news for this long: the producer stands still, ms. */
const STILL_MS = 1_000
/** Every buffer on the way together: windows, write buffers, chunks that wait to be read. */
const ON_THE_WAY_BYTES_MAX = 24 * MIB
/** What either process may grow by, with what its garbage collector leaves lying. */
const GROWTH_BYTES_MAX = 48 * MIB

test('a requester that stops reading holds the skill back, and memory stays bounded', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ skills: [skill('flood')] })
  const bob = await stage.start({ bootstrap: [alice.address] })
  const before = [peakBytes(alice.pid), peakBytes(bob.pid)]
  const news = alice.agent.watch({ types: ['task.progress'] })
  let sent = 0
  let lastNews = performance.now()
  const watching = (async () => {
    for await (const { event } of news) {
      lastNews = performance.now()
      if ('fraction' in event) sent = Math.round((event.fraction ?? 0) * CHUNKS)
    }
  })()
  watching.catch(() => undefined)

  const task = bob.agent.submit('flood', { chunks: CHUNKS, size: SIZE }, { deadline: '2m' })
  const reading = task[Symbol.asyncIterator]()
  const first = await untilChunk(reading)
  expect(first).toBe(1)
  while (sent === 0 || performance.now() - lastNews < STILL_MS) await sleep(50)
  // Nobody read on, so the skill waits in `emit`, with most of its 64 MiB unsent.
  expect(sent * SIZE).toBeLessThan(ON_THE_WAY_BYTES_MAX)
  expect(peakBytes(alice.pid) - (before[0] ?? 0)).toBeLessThan(GROWTH_BYTES_MAX)
  expect(peakBytes(bob.pid) - (before[1] ?? 0)).toBeLessThan(GROWTH_BYTES_MAX)

  // Read on, and everything comes, in order.
  for (let n = 2; n <= CHUNKS; n++) expect(await untilChunk(reading)).toBe(n)
  const ending = await nextOf(reading, 'completed')
  expect(ending.result).toMatchObject({ value: CHUNKS, chunks: CHUNKS })
})

/** The number that the next chunk begins with. */
async function untilChunk(events: Events): Promise<number> {
  return Number.parseInt((await nextOf(events, 'chunk')).value as string, 10)
}

type Events = AsyncIterator<TaskEvent, void>
type Of<T extends TaskEvent['type']> = Extract<TaskEvent, { type: T }>

/** The next event of a type; others are passed over, but for a failure. */
async function nextOf<T extends TaskEvent['type']>(events: Events, type: T): Promise<Of<T>> {
  for (;;) {
    const { value: event, done } = await events.next()
    if (done === true) throw new Error(`the events ended before ${type}`)
    if (event.type === type) return event as Of<T>
    if (event.type === 'failed') throw event.error
  }
}
