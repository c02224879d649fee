import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import { createLogs } from '../../../src/node/logger.ts'
import { Collector } from '../../../src/observer/collect/collector.ts'
import { foldBatch } from '../../../src/observer/collect/fold-batch.ts'
import { toHex } from '../../../src/protocol/canonical.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'
import { identityFromSeed } from '../../../src/protocol/identity.ts'
import { seal } from '../../../src/protocol/seal.ts'
import type { TailOptions, TraceNews } from '../../../src/node/trace/api.ts'
import type { Sealed } from '../../../src/protocol/seal.ts'
import type { TraceBatch } from '../../../src/protocol/trace.ts'
import { until } from '../../helpers/processes.ts'
import { chain } from '../../node/trace/samples.ts'
import { alice, bob, mallory } from '../../protocol/samples.ts'
import { Hub, opened } from './hub.ts'
import { MemoryStore } from './memory-store.ts'

const log = createLogs({ level: 'silent', rooms: {} }, 'observer')('node')
const collectors: Collector[] = []
afterEach(async () => {
  for (const collector of collectors.splice(0)) await collector.stop()
})

async function observe(hub: Hub, memory = new MemoryStore(), self = bob.id) {
  const collector = await Collector.start({
    ...{ traces: hub.traces(self), store: memory.store, clock: systemClock, log },
    fold: (batch) => foldBatch(batch)
  })
  collectors.push(collector)
  const held = async (by: string): Promise<string> => {
    const logs = Object.values(await memory.held(by))
    return logs.map((ranges) => ranges.map(({ from, to }) => `${from}-${to}`).join()).join(' ')
  }
  const missing = (): number => collector.state().logs.reduce((sum, one) => sum + one.missing, 0)
  return { collector, memory, held, missing }
}

/** A producer whose log is what the test puts into it. */
function produce(hub: Hub, by = alice) {
  const batches = chain(1, by)
  const made: Sealed<TraceBatch>[] = []
  hub.producer(by.id, () => made)
  const add = (count = 10): Sealed<TraceBatch> => {
    const batch = batches.next(count)
    made.push(batch)
    hub.grow()
    return batch
  }
  return { add, made, boot: batches.boot }
}

/** The same numbers again, sealed by the same producer, saying something else. */
const forkOf = ({ body }: Sealed<TraceBatch>, by = alice): Sealed<TraceBatch> => {
  const events = body.events.map((event) => ({ ...event, at: event.at + 1 }))
  return seal('batch', { ...body, events }, by)
}

test('what is there and what comes arrives, and is held over a restart', async () => {
  const hub = new Hub()
  const producer = produce(hub)
  producer.add()
  const first = await observe(hub)
  producer.add()
  await until('both', async () => (await first.held(alice.id)) === '0-20')
  await first.collector.stop()
  producer.add()
  const second = await observe(hub, first.memory)
  await until('what came meanwhile', async () => (await second.held(alice.id)) === '0-30')
  const [holding] = await first.memory.holdings()
  expect(holding?.duplicates).toBe(0)
  expect(second.memory.facts.size).toBe(30)
})

test('everything three times, in any order, counts once', async () => {
  const hub = new Hub()
  const producer = produce(hub)
  const all = Array.from({ length: 20 }, () => producer.add())
  const { held, collector, memory } = await observe(hub)
  for (const batch of [...all, ...all.toReversed(), ...all]) hub.gossip(opened(batch.bytes))
  await until('all', async () => (await held(alice.id)) === '0-200')
  await until('the store is done', () => collector.state().waiting === 0)
  expect(memory.facts.size).toBe(200)
  expect(collector.state().logs).toMatchObject([{ missing: 0, forks: 0, broken: 0 }])
})

test('a head tells what is missing, and the gap closes when the producer is back', async () => {
  const hub = new Hub()
  const producer = produce(hub)
  producer.add()
  const { held, missing } = await observe(hub)
  await until('the first', async () => (await held(alice.id)) === '0-10')
  hub.cut(bob.id, alice.id)
  for (let n = 0; n < 5; n++) producer.add()
  hub.gossip({ kind: 'head', head: hub.head(alice, producer.boot, { next: 60 }) })
  hub.gossip(opened(producer.made.at(-1)!.bytes))
  await until('what is known', () => missing() === 40)
  expect(await held(alice.id)).toBe('0-10,50-60')
  hub.cut(bob.id, alice.id, false)
  await until('healed', () => missing() === 0)
  expect(await held(alice.id)).toBe('0-60')
})

test('what a producer that is gone has sealed comes from another observer', async () => {
  const hub = new Hub()
  const producer = produce(hub)
  producer.add()
  producer.add()
  const first = await observe(hub, new MemoryStore(), mallory.id)
  await until('the first has it', async () => (await first.held(alice.id)) === '0-20')
  hub.leave(alice.id)
  const late = await observe(hub)
  await until('the late one too', async () => (await late.held(alice.id)) === '0-20')
  expect(hub.asked).toContain(`${bob.id} get ${mallory.id}`)
})

test('two observers with different halves end with the same, whoever has which', async () => {
  const hub = new Hub()
  const producer = produce(hub)
  const all = Array.from({ length: 10 }, () => producer.add())
  hub.leave(alice.id)
  const [odd, even] = [new MemoryStore(), new MemoryStore()]
  const entry = (batch: Sealed<TraceBatch>) => ({
    ...foldBatch(batch),
    batch: {
      ...{ by: alice.id, boot: toHex(batch.body.boot), first: batch.body.first, count: 10 },
      ...{ digest: toHex(batch.digest), issued: batch.body.issued, bytes: batch.bytes }
    }
  })
  await odd.ingest(all.filter((_, at) => at % 2 === 1).map(entry))
  await even.ingest(all.filter((_, at) => at % 2 === 0).map(entry))
  const one = await observe(hub, odd)
  const other = await observe(hub, even, mallory.id)
  for (const { held } of [one, other]) {
    await until('whole', async () => (await held(alice.id)) === '0-100')
  }
  expect(new Set(odd.facts.keys())).toEqual(new Set(even.facts.keys()))
})

test('a fork is kept as proof, told once, and reaches the other observer', async () => {
  const hub = new Hub()
  const producer = produce(hub)
  const batch = producer.add()
  const { memory, collector } = await observe(hub)
  await until('held', async () => Object.keys(await memory.held(alice.id)).length === 1)
  const lie = forkOf(batch)
  hub.gossip(opened(lie.bytes))
  hub.gossip(opened(lie.bytes))
  await until('found', () => collector.state().logs[0]?.forks === 1)
  const boot = toHex(batch.body.boot)
  expect(await memory.batches(alice.id, boot, { from: 0, to: 10 }, 9)).toHaveLength(2)
  const finding = `${alice.id}/${boot}/integrity.forked/0`
  await until('told', () => memory.facts.has(finding))
  // Another one that only ever sees one of the two batches hears of the other here.
  const other = await observe(hub, new MemoryStore(), mallory.id)
  await until('found there too', () => other.collector.state().logs[0]?.forks === 1)
})

test('a producer that shows each observer another log is found out', async () => {
  const hub = new Hub()
  const batch = chain(1).next()
  const lie = forkOf(batch)
  hub.producer(alice.id, (asker) => (asker === bob.id ? [batch] : [lie]))
  const one = await observe(hub)
  await until('one', async () => (await one.held(alice.id)) === '0-50')
  const other = await observe(hub, new MemoryStore(), mallory.id)
  await until('found', () => other.collector.state().logs[0]?.forks === 1)
})

test('a batch that names another predecessor is kept, and told', async () => {
  const hub = new Hub()
  const batches = chain(1)
  const first = batches.next()
  const { body } = batches.next()
  const second = seal('batch', { ...body, prev: new Uint8Array(32).fill(9) }, alice)
  hub.producer(alice.id, () => [first, second])
  const { collector, memory } = await observe(hub)
  await until('found', () => collector.state().logs[0]?.broken === 1)
  const finding = `${alice.id}/${toHex(first.body.boot)}/integrity.broken-chain/50`
  await until('told', () => memory.facts.has(finding))
})

test('a producer that lies in every batch is told so often, and counted for the rest', async () => {
  const hub = new Hub()
  const batches = chain(1)
  const made = Array.from({ length: 300 }, () => {
    const { body } = batches.next(10)
    return seal('batch', { ...body, prev: new Uint8Array(32).fill(9) }, alice)
  })
  hub.producer(alice.id, () => made)
  const { collector, memory } = await observe(hub)
  await until('all are held', () => collector.state().logs[0]?.broken === 299)
  const findings = () => [...memory.facts.values()].filter(({ type }) => type.startsWith('integ'))
  await until('told', () => findings().length >= 13)
  expect(findings().map(({ body }) => body?.['count'])).toEqual([
    ...[1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 64, 128, 256]
  ])
})

test('an observer that no producer gives a tail to has everything all the same', async () => {
  const hub = new Hub()
  const producer = produce(hub)
  const refuse = async function* busy(): AsyncGenerator<TraceNews> {
    yield* await Promise.reject<[]>(new PeerworkError('BUSY', 'others have all places'))
  }
  const memory = new MemoryStore()
  const collector = await Collector.start({
    ...{ traces: { ...hub.traces(bob.id), tail: refuse }, store: memory.store },
    ...{ clock: systemClock, log, fold: (batch) => foldBatch(batch) }
  })
  collectors.push(collector)
  const told = (next: number): void => {
    hub.gossip({ kind: 'head', head: hub.head(alice, producer.boot, { next, tailed: true }) })
  }
  for (let round = 1; round <= 3; round++) {
    producer.add()
    told(round * 10)
    await until('it is known', () => collector.state().logs[0]?.next === round * 10)
    await until('it is there', () => collector.state().logs[0]?.missing === 0)
  }
  expect(collector.state().tailing).toEqual([])
  expect([...memory.facts.values()]).toHaveLength(30)
})

test('forged batches are counted, and whom they pretend to be by is not blamed', async () => {
  const hub = new Hub()
  const { memory, held } = await observe(hub)
  const forged = seal('batch', { ...chain(1).next().body, from: alice.id }, mallory)
  for (let nth = 0; nth < 500; nth++) hub.gossip(opened(forged.bytes))
  const refusals = async () => (await memory.holdings()).map(({ by, refused }) => [by, refused])
  await until('counted', async () => (await refusals()).length > 0)
  expect(await refusals()).toEqual([['unknown', { SIGNATURE_INVALID: 500 }]])
  expect(await held(alice.id)).toBe('')
})

test('a producer with endless starts is bounded, and others are not in its way', async () => {
  const hub = new Hub()
  const { collector, held, memory } = await observe(hub)
  for (let seed = 0; seed < 1_000; seed++) {
    const body = { ...chain(1, mallory).next(1).body, boot: Buffer.alloc(8, `boot ${seed}`) }
    hub.gossip(opened(seal('batch', { ...body, boot: new Uint8Array(body.boot) }, mallory).bytes))
  }
  produce(hub).add()
  await until('alice', async () => (await held(alice.id)) === '0-10')
  expect(collector.state().logs.length).toBeLessThan(300)
  const noted = async () => (await memory.holdings()).find(({ refused }) => 'BUSY' in refused)
  await until('counted', async () => (await noted()) !== undefined)
  expect((await noted())?.by).toBe(mallory.id)
})

test('a full store is told, loses nothing, and goes on when there is room', async () => {
  const hub = new Hub()
  const producer = produce(hub)
  const memory = new MemoryStore()
  const { collector, held } = await observe(hub, memory)
  memory.full = true
  for (let n = 0; n < 20; n++) producer.add()
  await until('told', () => collector.state().trouble?.code === 'STORE_FULL')
  expect(await held(alice.id)).toBe('')
  memory.full = false
  await until('caught up', async () => (await held(alice.id)) === '0-200')
  expect(collector.state().trouble).toBeUndefined()
})

test('a producer that floods a stream with heads waits for the store', async () => {
  const hub = new Hub()
  const memory = new MemoryStore()
  const { boot } = produce(hub)
  let [waiting, most, noted] = [0, 0, 0]
  const noteCounters = async (): Promise<void> => {
    most = Math.max(most, ++waiting)
    await new Promise((resolve) => setImmediate(resolve))
    waiting--
    noted++
  }
  const traces = {
    ...hub.traces(bob.id),
    async *tail(_: string, { signal }: TailOptions): AsyncGenerator<TraceNews> {
      for (let nth = 0; nth < 50; nth++) {
        const numbers = { next: nth, issued: Date.now() + nth }
        yield await Promise.resolve({ kind: 'head', head: hub.head(alice, boot, numbers) })
      }
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    },
    holders: () => [alice.id]
  }
  const store = Object.assign(memory, { noteCounters }).store
  const parts = { traces, store, clock: systemClock, log }
  const collector = await Collector.start({ ...parts, fold: (batch) => foldBatch(batch) })
  await until('all noted', () => noted === 50)
  expect(most).toBe(1)
  await collector.stop()
})

test('what a head says is noted later when the store cannot take it at once', async () => {
  const hub = new Hub()
  const producer = produce(hub)
  producer.add()
  const { held, memory } = await observe(hub)
  await until('the first', async () => (await held(alice.id)) === '0-10')
  hub.leave(alice.id)
  memory.deaf = 1
  hub.gossip({ kind: 'head', head: hub.head(alice, producer.boot, { next: 60 }) })
  await until('it is noted', async () => (await memory.holdings())[0]?.counters?.next === 60)
})

test('what is missing is known after a restart, and told to who joins later', async () => {
  const hub = new Hub()
  const producer = produce(hub)
  producer.add()
  const first = await observe(hub, new MemoryStore(), mallory.id)
  await until('the first', async () => (await first.held(alice.id)) === '0-10')
  hub.leave(alice.id)
  hub.gossip({ kind: 'head', head: hub.head(alice, producer.boot, { next: 60 }) })
  await until('it is known', () => first.missing() === 50)
  await first.collector.stop()
  const again = await observe(hub, first.memory, mallory.id)
  expect(again.missing()).toBe(50)
  const late = await observe(hub)
  await until('the late one knows', () => late.missing() === 50)
  expect((await late.memory.holdings())[0]?.counters).toMatchObject({ next: 60 })
})

test('what a producer had to remove from the middle of its log is not missing', async () => {
  const hub = new Hub()
  const producer = produce(hub)
  for (let nth = 0; nth < 4; nth++) producer.add()
  producer.made.splice(1, 1)
  const { held, missing, memory } = await observe(hub)
  hub.gossip({ kind: 'head', head: hub.head(alice, producer.boot, { next: 45, dropped: 10 }) })
  await until('what there is', async () => (await held(alice.id)) === '0-10,20-40')
  await until('only the unsealed ones are waited for', () => missing() === 5)
  const counters = async () => (await memory.holdings())[0]?.counters
  await until('it is noted', async () => (await counters())?.gone?.[0]?.to === 20)
})

test('of a log that made room in very many places all that is left arrives', async () => {
  const hub = new Hub()
  const batches = chain()
  const made: Sealed<TraceBatch>[] = []
  hub.producer(alice.id, () => made)
  const add = (pieces: number): void => {
    for (let nth = 0; nth < pieces; nth++) {
      made.push(batches.next(1))
      batches.next(1)
    }
    hub.grow()
  }
  const { memory } = await observe(hub)
  const held = async () => Object.values(await memory.held(alice.id))[0]?.length
  for (const pieces of [1_100, 1_200]) {
    add(pieces - made.length)
    await until(`${pieces} pieces`, async () => (await held()) === pieces)
  }
})

/** A store with a batch of each of so many starts of so many producers, all long gone. */
async function archive(producers: number, starts: number): Promise<MemoryStore> {
  const memory = new MemoryStore()
  for (let nth = 0; nth < producers; nth++) {
    const by = identityFromSeed(new Uint8Array(32).fill(100 + nth))
    const entries = Array.from({ length: starts }, (_, start) => {
      const batch = chain(start + 1, by).next(1)
      const kept = { by: by.id, boot: toHex(batch.body.boot), first: 0, count: 1, issued: 1 }
      const sealed = { bytes: batch.bytes, digest: toHex(batch.digest) }
      return { ...foldBatch(batch), batch: { ...kept, ...sealed } }
    })
    await memory.ingest(entries)
  }
  return memory
}

test('two observers have the same in the end, though one list does not name all logs', async () => {
  const hub = new Hub()
  await observe(hub, await archive(17, 250))
  const late = await observe(hub, new MemoryStore(), mallory.id)
  const held = (): number => late.collector.state().logs.filter(({ next }) => next === 1).length
  await until('all of it', () => held() === 17 * 250, 40_000)
  expect(late.missing()).toBe(0)
})
