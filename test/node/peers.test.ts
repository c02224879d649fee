import type { Connection } from '@libp2p/interface'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PeerEvent } from '../../src/node/api.ts'
import { matchesId, Peers, publicPart } from '../../src/node/peers.ts'
import { createRawHost } from '../helpers/raw-host.ts'
import type { RawHost } from '../helpers/raw-host.ts'
import { identityFromSeed } from '../../src/protocol/identity.ts'
import { alice, bob, cardBody } from '../protocol/samples.ts'

let near: RawHost
let far: RawHost
let connection: Connection
const found = { via: 'mdns', since: 5 } as const

beforeAll(async () => {
  near = await createRawHost()
  far = await createRawHost()
  connection = await near.dial(far.address)
})
afterAll(async () => {
  await near[Symbol.asyncDispose]()
  await far[Symbol.asyncDispose]()
})

function made(lists?: (id: string) => boolean) {
  const peers = new Peers(lists)
  const events: PeerEvent[] = []
  peers.events.listen((event) => events.push(event))
  return { peers, events, types: () => events.map(({ type }) => type) }
}

test('a first card joins, a newer one changes, the same or an older one is no news', () => {
  const { peers, types } = made()
  peers.update(cardBody({ seq: 5 }), connection, found)
  peers.update(cardBody({ seq: 5, name: 'same' }), connection, found)
  peers.update(cardBody({ seq: 4, name: 'old' }), connection, found)
  peers.update(cardBody({ seq: 6, name: 'new' }), connection, { via: 'dial', since: 99 })
  expect(types()).toEqual(['joined', 'changed'])
  expect(peers.get(alice.id)).toMatchObject({ name: 'new', via: 'mdns', since: 5 })
  expect(peers.nameOf(alice.id)).toBe('new')
})

test('schemas are JSON again, and one that is none is refused without a trace', () => {
  const { peers, events } = made()
  peers.update(cardBody(), connection, found)
  expect(peers.get(alice.id)?.skills[0]).toMatchObject({ name: 'shout', input: { type: 'object' } })
  const [offer] = cardBody().skills
  for (const input of ['{', '[]', '1', 'null']) {
    const card = cardBody({
      from: bob.id,
      skills: offer === undefined ? [] : [{ ...offer, input }]
    })
    expect(() => peers.update(card, connection, found)).toThrow(
      expect.objectContaining({ code: 'MALFORMED' })
    )
  }
  expect(peers.get(bob.id)).toBeUndefined()
  expect(events).toHaveLength(1)
})

test('who leaves is told with a reason, once', () => {
  const { peers, events } = made()
  peers.update(cardBody(), connection, found)
  expect(peers.remove(alice.id, 'gone')?.name).toBe('alice')
  expect(peers.remove(alice.id, 'gone')).toBeUndefined()
  expect(events.at(-1)).toMatchObject({ type: 'left', reason: 'gone', peer: { id: alice.id } })
  expect(events).toHaveLength(2)
  expect(peers.size).toBe(0)
})

test('what others see of a peer holds no connection', () => {
  const { peers, events } = made()
  peers.update(cardBody(), connection, found)
  const peer = peers.get(alice.id)
  expect(peer?.connection).toBe(connection)
  expect(peer === undefined ? {} : publicPart(peer)).not.toHaveProperty('connection')
  expect(events[0]?.peer).not.toHaveProperty('connection')
  expect(() => JSON.stringify(events)).not.toThrow()
})

test('a person finds a peer by its id, a beginning of it, or its name', () => {
  const { peers } = made()
  peers.update(cardBody(), connection, found)
  peers.update(cardBody({ from: bob.id, name: 'bob' }), connection, found)
  const tail = alice.id.slice('12D3KooW'.length)
  for (const text of [alice.id, alice.id.slice(0, 16), tail.slice(0, 6), 'alice']) {
    expect(peers.find(text)?.id).toBe(alice.id)
  }
  for (const text of ['carol', tail.slice(0, 5), '']) expect(peers.find(text)).toBeUndefined()
  expect(() => peers.find('12D3KooW')).toThrow(expect.objectContaining({ code: 'PEER_AMBIGUOUS' }))
})

test('two peers of one name are ambiguous by name, and not by id', () => {
  const { peers } = made()
  peers.update(cardBody(), connection, found)
  peers.update(cardBody({ from: bob.id }), connection, found)
  expect(() => peers.find('alice')).toThrow(
    expect.objectContaining({ code: 'PEER_AMBIGUOUS', message: '2 peers match "alice"' })
  )
  expect(peers.find(bob.id)?.id).toBe(bob.id)
})

test('a beginning matches with and without what all ids begin with', () => {
  expect(matchesId('12D3KooWabc', '12D3KooWa')).toBe(true)
  expect(matchesId('12D3KooWabc', 'ab')).toBe(true)
  expect(matchesId('12D3KooWabc', 'bc')).toBe(false)
})

/** A card with a skill whose schema has so many bytes. */
function cardOf(seed: number, bytes: number) {
  const from = identityFromSeed(new Uint8Array(32).fill(seed)).id
  const input = JSON.stringify({ description: 'x'.repeat(bytes) })
  const skills = cardBody()
    .skills.slice(0, 1)
    .map((offer) => ({ ...offer, input }))
  return cardBody({ from, skills })
}

test('strangers with the largest cards have to go when all are too much, listed never', () => {
  const MIB = 1024 * 1024
  const large = [10, 11, 12].map((seed) => cardOf(seed, 3 * MIB))
  const listed = new Set([large[0]?.from])
  const { peers } = made((id) => listed.has(id))
  const small = cardOf(13, 100)
  for (const card of [small, ...large]) peers.update(card, connection, found)
  expect(peers.excess()).toEqual([])
  const last = cardOf(14, 4 * MIB)
  peers.update(last, connection, found)
  expect(peers.excess().map(({ id }) => id)).toEqual([last.from])
})

test('who looks away finds one change of each peer, and little in memory', async () => {
  const { peers } = made()
  const reader = peers.events.read()
  for (let seq = 1; seq < 1_000; seq++) {
    peers.update(cardBody({ seq, name: `name-${seq}` }), connection, found)
  }
  expect((await reader.next()).value?.type).toBe('joined')
  expect((await reader.next()).value).toMatchObject({ type: 'changed', peer: { name: 'name-999' } })
  peers.remove(alice.id, 'gone')
  expect((await reader.next()).value?.type).toBe('left')

  const idle = peers.events.read()
  for (let seed = 20; seed < 30; seed++) {
    peers.update(cardOf(seed, 1024 * 1024), connection, found)
  }
  const waiting: string[] = []
  peers.remove(alice.id, 'gone')
  setImmediate(() => void idle.return())
  for await (const { peer } of idle) if (waiting.push(peer.id) === 3) break
  expect(waiting).toEqual([27, 28, 29].map((seed) => cardOf(seed, 1).from))
})
