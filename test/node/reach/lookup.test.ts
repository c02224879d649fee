import { afterEach, expect, test } from 'vitest'
import type { Connection } from '@libp2p/interface'
import { systemClock } from '../../../src/node/clock.ts'
import { createLogs } from '../../../src/node/logger.ts'
import { Lookup } from '../../../src/node/reach/lookup.ts'
import type { LookupOptions } from '../../../src/node/reach/lookup.ts'
import { createRawHost } from '../../helpers/raw-host.ts'
import type { RawHost } from '../../helpers/raw-host.ts'

interface Member {
  readonly raw: RawHost
  readonly lookup: Lookup
  readonly offers: { id: string; addresses: readonly string[] }[]
}
let members: Member[] = []

async function join(options: Partial<LookupOptions>, ...skills: string[]): Promise<Member> {
  const raw = await createRawHost()
  const [hub] = members
  if (hub !== undefined) await raw.dial(hub.raw.address)
  const offers: Member['offers'] = []
  const at = raw.address.replace(/\/p2p\/\w+$/, '')
  const lookup = new Lookup({
    ...{ parts: raw.parts, identity: raw.identity, network: 'home', clock: systemClock },
    ...{
      log: createLogs({ level: 'silent', rooms: {} }, 'test')('node'),
      owned: false,
      dht: undefined
    },
    serve: () => true,
    links: () => raw.host.getConnections(),
    dial: ([first = '']) => raw.dial(first),
    offer: (id, addresses) => offers.push({ id, addresses }),
    spare: () => undefined,
    describe: () => ({ name: 'member', addresses: [at], skills }),
    ...options
  })
  const member = { raw, lookup, offers }
  members.push(member)
  return member
}

afterEach(async () => {
  for (const { lookup, raw } of members) {
    await lookup.stop()
    await raw[Symbol.asyncDispose]()
  }
  members = []
})

test('the directory is opened at once, when a large network needs it, or never', async () => {
  const usual = await join({})
  const wished = await join({ dht: true })
  const never = await join({ dht: false })
  for (const { lookup } of members) lookup.consider(63)
  expect(members.map(({ lookup }) => lookup.open)).toEqual([false, true, false])
  await usual.lookup.seek({ skill: 'shout' })
  expect(usual.lookup.open).toBe(false)
  for (const { lookup } of members) lookup.consider(64)
  expect([usual, never].map(({ lookup }) => lookup.open)).toEqual([false, false])
  for (const { lookup } of members) await lookup.seek({ skill: 'whisper' })
  expect([usual, wished, never].map(({ lookup }) => lookup.open)).toEqual([true, true, false])
})

test('who is found by skill or by id is offered, with addresses that are believed', async () => {
  await join({ dht: true })
  const alice = await join({ dht: true }, 'shout')
  const bob = await join({ dht: true })
  for (const { lookup } of members) lookup.consider(0)
  const found = [{ id: alice.raw.id, addresses: [alice.raw.address.replace(/\/p2p\/\w+$/, '')] }]
  await expect
    .poll(
      async () => {
        await bob.lookup.seek({ skill: 'shout' })
        return bob.offers
      },
      { timeout: 30_000, interval: 1_000 }
    )
    .toEqual(found)
  bob.offers.length = 0
  await bob.lookup.seek({ skill: 'shout', peer: alice.raw.id })
  expect(bob.offers).toEqual(found)
  // The same search is not made again at once, and of a name the directory knows nothing.
  await bob.lookup.seek({ skill: 'shout', peer: alice.raw.id })
  await bob.lookup.seek({ skill: 'shout', peer: 'alice' })
  expect(bob.offers).toHaveLength(1)
})

test('where one link leads into the open, nobody makes us dial our own network', async () => {
  const far = { toString: () => '/ip4/44.0.0.1/tcp/4001' }
  await join({ dht: true })
  await join({ dht: true }, 'shout')
  const bob = await join({
    dht: true,
    links: () => [...bob.raw.host.getConnections(), { remoteAddr: far, limits: {} } as Connection]
  })
  for (const { lookup } of members) lookup.consider(0)
  await expect
    .poll(
      async () => {
        await bob.lookup.seek({ skill: 'shout' })
        return bob.offers
      },
      { timeout: 30_000, interval: 1_000 }
    )
    .toMatchObject([{ addresses: [] }])
})

test('without a directory nothing is sought', async () => {
  const alone = await join({ dht: false })
  await alone.lookup.seek({ skill: 'shout' })
  alone.lookup.tell()
  expect(alone.offers).toEqual([])
})
