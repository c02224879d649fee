import type { Connection } from '@libp2p/interface'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { choosePeer } from '../../src/node/choose.ts'
import type { Waiting } from '../../src/node/choose.ts'
import { Peers } from '../../src/node/peers.ts'
import type { Neighbourhood } from '../../src/node/routing/candidates.ts'
import { History } from '../../src/node/routing/history.ts'
import { digest } from '../../src/protocol/canonical.ts'
import { createRawHost } from '../helpers/raw-host.ts'
import type { RawHost } from '../helpers/raw-host.ts'
import { alice, bob, cardBody, mallory } from '../protocol/samples.ts'

let near: RawHost
let connection: Connection
beforeAll(async () => {
  near = await createRawHost()
  connection = await near.dial((await createFar()).address)
})
let far: RawHost
async function createFar(): Promise<RawHost> {
  far = await createRawHost()
  return far
}
afterAll(async () => {
  await near[Symbol.asyncDispose]()
  await far[Symbol.asyncDispose]()
})

const found = { via: 'mdns', since: 0 } as const
function hood(...cards: Parameters<typeof cardBody>[0][]) {
  const listed = new Set<string>()
  const peers = new Peers((id) => listed.has(id))
  const add = (card: Parameters<typeof cardBody>[0]) =>
    peers.update(cardBody(card), connection, found)
  for (const card of cards) add(card)
  const busy = new Map<string, number>()
  const history = new History(() => 0)
  const around: Neighbourhood = {
    ...{ self: mallory.id, peers, busyAt: (id: string) => busy.get(id) ?? 0, history },
    ...{ whyAlone: () => 'mDNS is off', restsNow: () => false, rttOf: () => 1, now: () => 0 },
    fault: (peer, { input }) => (input === undefined ? undefined : `not for ${peer.name}`)
  }
  const choose = async (wanted: Partial<Waiting> = {}) => {
    const signal = new AbortController().signal
    const usual = { id: 'seed', skill: 'shout', waitMs: 50, trust: 'anybody', signal } as const
    return (await choosePeer({ ...usual, ...wanted }, around)).peer
  }
  return { choose, busy, add, peers, listed, history, around }
}

test('the least busy peer for its size gets the task', async () => {
  const { choose, busy } = hood(
    { load: { running: 1, queued: 3, capacity: 4 } },
    { from: bob.id, name: 'bob', load: { running: 0, queued: 1, capacity: 1 } }
  )
  expect((await choose()).id).toBe(alice.id)
  busy.set(alice.id, 8)
  expect((await choose()).id).toBe(bob.id)
})

test('a named peer gets it, however busy', async () => {
  const { choose, busy } = hood({}, { from: bob.id, name: 'bob' })
  busy.set(bob.id, 100)
  expect((await choose({ to: 'bob' })).id).toBe(bob.id)
})

test('a peer that comes, or learns the skill, within the wait gets it', async () => {
  const { choose, add } = hood()
  const late = choose({ waitMs: 5_000 })
  add({ skills: [], seq: 1 })
  await Promise.resolve()
  add({ seq: 2 })
  expect((await late).id).toBe(alice.id)
})

test('nobody there, nobody with the skill, nobody of that name: each is told as such', async () => {
  await expect(hood().choose()).rejects.toMatchObject({
    code: 'NO_PEERS',
    message: 'no peers found after 50 ms: mDNS is off'
  })
  const { choose } = hood({})
  await expect(choose({ skill: 'sing' })).rejects.toMatchObject({ code: 'NO_PEER_WITH_SKILL' })
  await expect(choose({ to: 'carol' })).rejects.toMatchObject({ code: 'PEER_UNKNOWN' })
  await expect(choose({ to: 'alice', skill: 'sing' })).rejects.toMatchObject({
    code: 'NO_PEER_WITH_SKILL',
    message: 'alice does not offer "sing"; it offers: shout'
  })
  await expect(choose({ to: mallory.id })).rejects.toMatchObject({ code: 'PEER_UNKNOWN' })
})

test('a name that two share is ambiguous at once', async () => {
  const { choose } = hood({}, { from: bob.id })
  const begin = performance.now()
  await expect(choose({ to: 'alice', waitMs: 10_000 })).rejects.toMatchObject({
    code: 'PEER_AMBIGUOUS'
  })
  expect(performance.now() - begin).toBeLessThan(1_000)
})

test('a cancel ends the wait with its reason, and no listener is left', async () => {
  const { choose, peers } = hood()
  const stop = new AbortController()
  const waiting = choose({ waitMs: 60_000, signal: stop.signal })
  stop.abort(new Error('never mind'))
  await expect(waiting).rejects.toThrow('never mind')
  expect(peers.events.readers).toBe(0)
  await expect(choose({ signal: stop.signal })).rejects.toThrow('never mind')
})

const idle = (capacity: number) => ({ running: 0, queued: 0, capacity })

test('a peer on the allow list comes before strangers that say they are idle', async () => {
  const { choose, busy, listed } = hood(
    { load: { running: 4, queued: 60, capacity: 4 } },
    { from: bob.id, name: 'bob', load: idle(1e9) }
  )
  busy.set(alice.id, 3)
  expect((await choose()).id).toBe(bob.id)
  listed.add(alice.id)
  expect((await choose()).id).toBe(alice.id)
})

test('no claim of size makes a busy peer look idle', async () => {
  const { choose, busy } = hood(
    { load: idle(1_024) },
    { from: bob.id, name: 'bob', load: idle(1e9) }
  )
  busy.set(bob.id, 2)
  busy.set(alice.id, 1)
  expect((await choose()).id).toBe(alice.id)
})

test('whoever wants a listed peer gets no other, by skill or by name', async () => {
  const { choose, listed } = hood({}, { from: bob.id, name: 'bob' })
  const trust = 'listed'
  await expect(choose({ trust })).rejects.toMatchObject({
    code: 'NO_PEER_WITH_SKILL',
    message: 'no peer on the allow list offers "shout" after 50 ms'
  })
  await expect(choose({ trust, to: bob.id })).rejects.toMatchObject({
    code: 'NO_PEER_WITH_SKILL',
    message: expect.stringContaining('bob is not on the allow list') as string
  })
  listed.add(bob.id)
  expect((await choose({ trust })).id).toBe(bob.id)
  expect((await choose({ trust, to: 'bob' })).id).toBe(bob.id)
})

test('a stranger that takes the name of a listed peer changes nothing', async () => {
  const { choose, listed } = hood({}, { from: bob.id })
  listed.add(alice.id)
  expect((await choose({ to: 'alice' })).id).toBe(alice.id)
  listed.add(bob.id)
  await expect(choose({ to: 'alice' })).rejects.toMatchObject({ code: 'PEER_AMBIGUOUS' })
})

const model = (...models: string[]) => cardBody().skills.map((offer) => ({ ...offer, models }))

test('one peer is not told of as several', async () => {
  const { choose } = hood({ skills: [] })
  await expect(choose()).rejects.toThrow('the only peer here does not offer "shout" after 50 ms')
})

test('models and tags are asked for: any of the models, all of the tags', async () => {
  const { choose } = hood({}, { from: bob.id, name: 'bob', skills: model('small', 'large') })
  expect((await choose({ models: ['huge', 'large'] })).id).toBe(bob.id)
  await expect(choose({ models: ['huge'] })).rejects.toMatchObject({
    code: 'NO_PEER_WITH_SKILL',
    message: 'none of 2 peers offers "shout" as wanted after 50 ms: alice has no model huge'
  })
  await expect(choose({ tags: ['text', 'fast'] })).rejects.toThrow('has no tag fast')
  await expect(choose({ to: 'alice', models: ['large'] })).rejects.toThrow(
    'alice offers "shout", but has no model large'
  )
})

test('a price over the budget is too dear, and the cheaper of the others wins', async () => {
  const priced = (perThousandTokens: number) =>
    cardBody().skills.map((offer) => ({ ...offer, price: { perThousandTokens } }))
  const { choose } = hood({ skills: priced(4) }, { from: bob.id, name: 'bob', skills: priced(1) })
  expect((await choose()).id).toBe(bob.id)
  expect((await choose({ budget: { cost: 2, tokens: 1_500 } })).id).toBe(bob.id)
  await expect(choose({ budget: { cost: 1, tokens: 1_500 } })).rejects.toThrow(
    'alice asks 6, and 1 is to be spent'
  )
})

test('a peer with failures comes later, and one that had its turn not again', async () => {
  const { choose, history } = hood({}, { from: bob.id, name: 'bob' })
  history.note(alice.id, 'lost')
  expect((await choose()).id).toBe(bob.id)
  expect((await choose({ tried: new Set([bob.id]) })).id).toBe(alice.id)
})

test('when no schema takes the input, the best peer is chosen to say so', async () => {
  const { choose, history } = hood({}, { from: bob.id, name: 'bob' })
  history.note(alice.id, 'lost')
  expect((await choose({ input: Buffer.from('1') })).id).toBe(bob.id)
})

test('the work does not go back to where it came from', async () => {
  const { choose } = hood({}, { from: bob.id, name: 'bob' })
  const input = Buffer.from('1')
  const path = [{ from: alice.id, skill: 'shout', input: digest(input) }]
  expect((await choose({ path, input })).id).toBe(bob.id)
  const both = [...path, { from: bob.id, skill: 'other', input: digest(input) }]
  const circle = choose({ path: both, input, waitMs: 10_000 })
  await expect(circle).rejects.toMatchObject({ code: 'LOOP' })
  await expect(choose({ to: 'alice', path, input })).rejects.toThrow(alice.id)
  expect((await choose({ path, input: Buffer.from('2') })).id).toBeDefined()
})
