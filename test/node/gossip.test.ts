import { afterEach, beforeEach, expect, test } from 'vitest'
import { createGossip } from '../../src/node/gossip.ts'
import type { Gossip } from '../../src/node/gossip.ts'
import { BATCH_BYTES_MAX, traceTopic } from '../../src/protocol/constants.ts'
import type { Identity } from '../../src/protocol/identity.ts'
import { seal } from '../../src/protocol/seal.ts'
import type { TraceBatch } from '../../src/protocol/trace.ts'
import { until } from '../helpers/processes.ts'
import { createRawHost } from '../helpers/raw-host.ts'
import type { RawHost } from '../helpers/raw-host.ts'
import { mallory } from '../protocol/samples.ts'

const TOPIC = traceTopic('home')

/** A host on the topic: what it took in, and what it refused. */
interface Member {
  readonly host: RawHost
  readonly gossip: Gossip
  readonly got: TraceBatch[]
  readonly refused: string[]
  leave(): void
  /** Batches that nobody looked at. */
  dropped: number
}

let members: Member[]

async function member(subscribed = true, mayObserve?: (peer: string) => boolean): Promise<Member> {
  const host = await createRawHost()
  const refused: string[] = []
  const gossip = createGossip({
    ...{ pubsub: host.host.services.pubsub, network: 'home', now: Date.now },
    refused: (error) => refused.push((error as Error & { code: string }).code),
    tooMany: () => made.dropped++,
    ...(mayObserve !== undefined && { mayObserve })
  })
  const got: TraceBatch[] = []
  const leave = subscribed ? gossip.subscribe(({ body }) => got.push(body)) : () => undefined
  const made: Member = { host, gossip, got, refused, leave, dropped: 0 }
  members.push(made)
  return made
}

beforeEach(() => {
  members = []
})
afterEach(async () => {
  for (const { host } of members) await host[Symbol.asyncDispose]()
})

let seq = 0
function batch(by: Identity, change: Partial<TraceBatch> = {}) {
  const first = seq++
  const body: TraceBatch = {
    ...{ v: 1, network: 'home', from: by.id, issued: Date.now(), boot: new Uint8Array(8) },
    ...{ first, dropped: 0, events: [{ type: 'agent.stopped', seq: first, at: 0 }] },
    ...change
  }
  return seal('batch', body, by)
}

/** a – b – c: what c hears of a, b has passed on. */
async function line(): Promise<[Member, Member, Member]> {
  const [a, b, c] = [await member(), await member(), await member()]
  await a.host.dial(b.host.address)
  await b.host.dial(c.host.address)
  const sees = ({ host }: Member): number => host.host.services.pubsub.getSubscribers(TOPIC).length
  await until('all know the topic', () => sees(a) === 1 && sees(b) === 2 && sees(c) === 1)
  const heard = async (): Promise<boolean> => {
    await a.gossip.publish(batch(a.host.identity))
    return c.got.length > 0
  }
  await until('the mesh is there', heard)
  return [a, b, c]
}

test('a batch travels over others, and nobody hears it twice', async () => {
  const [a, b, c] = await line()
  const own = batch(a.host.identity)
  expect(await a.gossip.publish(own)).toBe(true)
  const times = ({ got }: Member): number => {
    return got.filter(({ first }) => first === own.body.first).length
  }
  await until('heard', () => times(b) === 1 && times(c) === 1)
  await a.gossip.publish(own)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect([times(b), times(c)]).toEqual([1, 1])
})

test('a forged batch is refused by the first who gets it, and goes no further', async () => {
  const [a, b, c] = await line()
  const begin = seq
  const forge = (change: (bytes: Uint8Array) => void): Uint8Array => {
    const { bytes } = batch(mallory)
    change(bytes)
    return bytes
  }
  const forged = [
    forge((bytes) => bytes.set([(bytes[10] ?? 0) ^ 1], 10)),
    batch(mallory, { from: a.host.id }).bytes,
    batch(mallory, { network: 'other' }).bytes,
    batch(mallory, { first: 7_000_000 }).bytes,
    Buffer.from('garbage')
  ]
  for (const bytes of forged) await a.host.host.services.pubsub.publish(TOPIC, bytes)
  await until('all refused', () => b.refused.length === forged.length)
  expect(b.refused.toSorted()).toEqual([
    ...['MALFORMED', 'MALFORMED', 'SIGNATURE_INVALID', 'SIGNATURE_INVALID', 'WRONG_NETWORK']
  ])
  expect([...b.got, ...c.got].filter(({ first }) => first >= begin)).toEqual([])
  expect(c.refused).toEqual([])
})

test('a neighbour that keeps forging is not listened to any more, another one is', async () => {
  const [a, b, c] = await line()
  const forge = (name: string): Promise<unknown> => {
    return a.host.host.services.pubsub.publish(TOPIC, Buffer.from(name))
  }
  for (let nth = 0; nth < 15; nth++) await forge(`garbage ${nth}`)
  await until('refused', () => b.refused.length === 15)
  // Scores are looked up anew about once a second; then nothing of it is even opened.
  let nth = 0
  await until('ignored', async () => {
    const before = b.refused.length
    await forge(`more garbage ${nth++}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
    return b.refused.length === before
  })
  const honest = batch(c.host.identity)
  await until('the other is heard', async () => {
    await c.gossip.publish(honest)
    return b.got.some(({ first }) => first === honest.body.first)
  })
})

test('an old batch is a replay, and one from the future is not believed', async () => {
  const [a, b] = await line()
  const issued = Date.now()
  for (const change of [{ issued: issued - 300_000 }, { issued: issued + 300_000 }]) {
    await a.host.host.services.pubsub.publish(TOPIC, batch(a.host.identity, change).bytes)
  }
  await until('refused', () => b.refused.length === 2)
  expect(b.refused.toSorted()).toEqual(['CLOCK_SKEW', 'REPLAYED'])
})

test('a batch over the cap reaches nobody', async () => {
  const [a, b] = await line()
  const before = b.got.length
  const name = 'x'.repeat(190)
  const events = Array.from({ length: 50 }, (_, at) => {
    return { type: 'agent.started', seq: at, at: 0, name } as const
  })
  const { bytes } = batch(a.host.identity, { first: 0, events })
  const huge = Buffer.concat([bytes, new Uint8Array(BATCH_BYTES_MAX)])
  await a.host.host.services.pubsub.publish(TOPIC, huge).catch(() => undefined)
  await a.gossip.publish(batch(a.host.identity))
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(b.got.slice(before).every(({ events: { length } }) => length === 1)).toBe(true)
})

test('a flood of one neighbour is cut, without a look at its signatures', async () => {
  const [a, b] = await line()
  const before = b.got.length + b.refused.length
  const all = Array.from({ length: 1_500 }, () => batch(mallory, { from: a.host.id }).bytes)
  for (const bytes of all)
    void a.host.host.services.pubsub.publish(TOPIC, bytes).catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, 800))
  // A flood may fall into two or three seconds of the meter.
  expect(b.got.length + b.refused.length - before).toBeLessThanOrEqual(600)
  expect(b.dropped).toBeGreaterThan(0)
})

test('own batches are received too, and whether anybody listens is known', async () => {
  const alone = await member(false)
  expect(alone.gossip.listened()).toBe(false)
  expect(await alone.gossip.publish(batch(alone.host.identity))).toBe(false)
  const got: unknown[] = []
  const leave = alone.gossip.subscribe((one) => got.push(one))
  expect(alone.gossip.listened()).toBe(true)
  expect(await alone.gossip.publish(batch(alone.host.identity))).toBe(true)
  expect(got).toHaveLength(1)
  leave()
  expect(alone.gossip.listened()).toBe(false)
})

test('a producer is told when an audience comes and goes', async () => {
  const producer = await member(false)
  let changes = 0
  producer.gossip.onAudience(() => changes++)
  const observer = await member()
  await observer.host.dial(producer.host.address)
  await until('there', () => producer.gossip.listened())
  expect(changes).toBeGreaterThan(0)
  observer.leave()
  await until('gone', () => !producer.gossip.listened())
})

test('who may not observe is told nothing, and what it says itself is heard', async () => {
  let deaf = ''
  const producer = await member(true, (peer) => peer !== deaf)
  const spy = await member()
  const observer = await member()
  deaf = spy.host.id
  await spy.host.dial(producer.host.address)
  await observer.host.dial(producer.host.address)
  const { pubsub } = producer.host.host.services
  const subscribers = (): string[] => pubsub.getSubscribers(TOPIC).map((peer) => peer.toString())
  await until('the observer is known', () => subscribers().includes(observer.host.id))
  await until('the spy has its mesh', () => {
    return spy.host.host.services.pubsub.getSubscribers(TOPIC).length === 1
  })
  const own = batch(producer.host.identity)
  await until('the observer hears', async () => {
    await producer.gossip.publish(batch(producer.host.identity))
    return observer.got.length > 0
  })
  await producer.gossip.publish(own)
  await until('it was published', () => {
    return observer.got.some(({ first }) => first === own.body.first)
  })
  // What others say is passed on to it as little.
  const said = batch(spy.host.identity)
  await spy.gossip.publish(said)
  await until('the spy is heard', () => {
    return producer.got.some(({ first }) => first === said.body.first)
  })
  // A heartbeat later, in which gossip would offer what it has.
  await new Promise((resolve) => setTimeout(resolve, 1_200))
  expect(subscribers()).toEqual([observer.host.id])
  expect(spy.got.filter(({ from }) => from !== spy.host.id)).toEqual([])
})
