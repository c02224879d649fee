import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import type { KadDHT } from '@libp2p/kad-dht'
import { ping } from '@libp2p/ping'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import { plain } from '../../../src/node/addresses.ts'
import { importGuarded } from '../../../src/node/guarded-import.ts'
import { Finder } from '../../../src/node/meet/finder.ts'
import type { Directory } from '../../../src/node/reach/directory.ts'
import type { KnownPeer, Peers } from '../../../src/node/peers.ts'
import { digest } from '../../../src/protocol/canonical.ts'
import { FIND_PROTOCOL } from '../../../src/protocol/constants.ts'
import { seal } from '../../../src/protocol/seal.ts'
import { createRawHost } from '../../helpers/raw-host.ts'
import type { RawHost } from '../../helpers/raw-host.ts'

const NETWORK = 'home'

interface Member {
  readonly raw: RawHost
  readonly directory: Directory
}

let members: Member[] = []

async function join(name: string, skills: readonly string[] = [], serve = true): Promise<Member> {
  const raw = await createRawHost(NETWORK)
  const [hub] = members
  if (hub !== undefined) await raw.dial(hub.raw.address)
  return open(raw, name, { skills, serve })
}

interface Opening {
  readonly skills: readonly string[]
  readonly serve?: boolean
  /** Who is never dialled. */
  readonly never?: string
}

async function open(raw: RawHost, name: string, opening: Opening): Promise<Member> {
  const { skills, serve = true, never } = opening
  const { Directory: DirectoryClass } = await importGuarded(
    () => import('../../../src/node/reach/directory.ts')
  )
  const directory = await DirectoryClass.open({
    ...{ parts: raw.parts, identity: raw.identity, network: NETWORK, clock: systemClock, serve },
    believe: (addresses) => addresses.map(plain),
    reach: (id, [first = '']) => {
      if (id === never) return Promise.reject(new Error('never'))
      return raw.dial(`${first}/p2p/${id}`)
    },
    links: () => raw.host.getConnections(),
    describe: () => ({ name, addresses: [plain(raw.address)], skills: [...skills] })
  })
  const member = { raw, directory }
  members.push(member)
  return member
}

async function skillsFound(from: Member, skill: string): Promise<string[]> {
  const names: string[] = []
  for await (const { name } of from.directory.findSkill(skill)) names.push(name)
  return names
}

beforeEach(() => {
  members = []
})

afterEach(async () => {
  for (const { directory, raw } of members) {
    await directory.stop()
    await raw[Symbol.asyncDispose]()
  }
})

test('who knows only the hub finds a peer by its id, and another by its skill', async () => {
  await join('hub')
  const alice = await join('alice', ['shout'])
  await join('bob', ['whisper'])
  const carol = await join('carol', ['shout'])
  const dave = await join('dave')
  for (const { directory } of members) {
    await expect.poll(() => directory.size, { timeout: 10_000 }).toBeGreaterThan(0)
    directory.tell()
  }
  await expect
    .poll(async () => (await skillsFound(dave, 'shout')).toSorted(), { timeout: 20_000 })
    .toEqual(['alice', 'carol'])
  expect(await dave.directory.findPeer(alice.raw.id)).toMatchObject({
    ...{ name: 'alice', from: alice.raw.id, skills: ['shout'] }
  })
  expect(await skillsFound(carol, 'nobody-can')).toEqual([])
})

const SKILL = 'far-away'

/** How far a host is from where the directory keeps a skill. */
async function distanceOf({ host }: RawHost): Promise<string> {
  const { cidOf } = await importGuarded(() => import('../../../src/node/reach/directory.ts'))
  const [mine, key] = [host.peerId.toMultihash().bytes, cidOf(NETWORK, SKILL).multihash.bytes]
  const [one, other] = [mine, key].map((bytes) => Buffer.from(digest(bytes)))
  return Buffer.from(one!.map((byte, at) => byte ^ (other![at] ?? 0))).toString('hex')
}

/** Whom these would name to the first one, as `/peerwork/find/1` goes: by all that it may ask. */
async function foundByAsking(row: readonly RawHost[]): Promise<number> {
  const known: KnownPeer[][] = row.map(() => [])
  const finders = row.map(({ id }, at) => {
    const peers = { all: () => known[at] ?? [] } as unknown as Peers
    const hint = (one: KnownPeer) => ({ id: one.id, addresses: ['/ip4/127.0.0.1/tcp/9'] })
    return new Finder({ self: id, clock: systemClock, peers, hint })
  })
  for (const [at, { id, host }] of row.entries()) {
    await host.handle(FIND_PROTOCOL, (stream, link) => finders[at]?.answer(stream, link))
    for (const connection of host.getConnections()) {
      const other = row.findIndex((one) => one.id === connection.remotePeer.toString())
      const skills = other === row.length - 1 ? [{ name: SKILL }] : []
      known[at]!.push({ id: row[other]!.id, name: id, skills, connection } as unknown as KnownPeer)
    }
  }
  return (await finders[0]!.ask(known[0]!, { skill: SKILL }, true)).hints.length
}

test('a search goes on to peers of peers, further than questions among peers do', async () => {
  const raws = await Promise.all(Array.from({ length: 6 }, () => createRawHost(NETWORK)))
  const far = await Promise.all(raws.map(distanceOf))
  // Whoever is asked knows somebody nearer to the skill's place, and the last but one keeps it.
  const sorted = raws.toSorted((one, other) => {
    return far[raws.indexOf(one)]! < far[raws.indexOf(other)]! ? 1 : -1
  })
  const row = [...sorted.slice(0, 4), sorted[5]!, sorted[4]!]
  for (const [at, raw] of row.slice(1).entries()) await raw.dial(row[at]!.address)
  expect(await foundByAsking(row)).toBe(0)
  const { id: never } = row[5]!
  // The end of the row tells, and its only neighbour is who keeps it.
  const [asking] = await Promise.all([
    open(row[0]!, 'asking', { skills: [], never }),
    ...row.slice(1, 5).map((raw, at) => open(raw, `between ${at}`, { skills: [] })),
    open(row[5]!, 'far', { skills: [SKILL], never: row[0]!.id })
  ])
  await expect
    .poll(() => skillsFound(asking, SKILL), { timeout: 20_000, interval: 500 })
    .toEqual(['far'])
  const met = asking.raw.host.getConnections().map(({ remotePeer }) => remotePeer.toString())
  expect(met).not.toContain(never)
})

/** Keys of records that a member keeps for others. */
async function kept({ raw }: Member): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of raw.parts.datastore.query({ prefix: '/dht/record' })) {
    keys.push(key.toString())
  }
  return keys
}

interface RoutingTable {
  readonly size: number
  queueRoutingTableUpdate(peer: RawHost['host']['peerId'], options: object): void
}

/** A table that stores and sends whatever it is told to. */
async function laxTable(
  raw: RawHost,
  other: RawHost
): Promise<(key: string, value: Uint8Array) => Promise<void>> {
  const anything = () => undefined
  const { peerId, privateKey, registrar, addressManager, peerStore } = raw.parts
  const { connectionManager, datastore, events, logger } = raw.parts
  const components = {
    ...{ peerId, privateKey, registrar, addressManager, peerStore, connectionManager },
    ...{ datastore, events, logger, ping: ping()(raw.parts) }
  }
  const table = kadDHT({
    protocol: `/peerwork/kad/${NETWORK}`,
    ...{ allowQueryWithZeroPeers: true, peerInfoMapper: passthroughMapper },
    validators: { peerwork: anything, pk: anything, other: anything },
    selectors: { peerwork: () => 0, pk: () => 0, other: () => 0 }
  })(components) as KadDHT & { start(): Promise<void>; routingTable: RoutingTable }
  await table.start()
  table.routingTable.queueRoutingTableUpdate(other.host.peerId, {})
  await expect.poll(() => table.routingTable.size, { timeout: 10_000 }).toBeGreaterThan(0)
  return async (key, value) => {
    const signal = AbortSignal.timeout(2_000)
    try {
      for await (const _event of table.put(Buffer.from(key), value, { signal })) continue
    } catch {
      // The other side refused, and said so by closing the stream.
    }
  }
}

test('what is no presence, expired, or of somebody else is not stored', async () => {
  const hub = await join('hub')
  await using mallory = await createRawHost(NETWORK)
  await mallory.dial(hub.raw.address)
  const put = await laxTable(mallory, hub.raw)
  const own = `/peerwork/${mallory.id}`
  const now = Date.now()
  const body = {
    ...{ v: 1, network: NETWORK, from: mallory.identity.id, issued: now, expires: now + 60_000 },
    ...{ name: 'mallory', addresses: [], skills: [] }
  }
  const good = seal('presence', body, mallory.identity).bytes
  const old = { ...body, issued: now - 200_000, expires: now - 100_000 }
  await put('/other/key', good)
  await put('/pk/key', good)
  await put(`/peerwork/${hub.raw.id}`, good)
  await put(`${own}/more`, good)
  await put(own, Buffer.from('anything'))
  await put(own, seal('presence', old, mallory.identity).bytes)
  await put(own, seal('presence', { ...body, network: 'away' }, mallory.identity).bytes)
  expect(await kept(hub)).toEqual([])
  await put(own, good)
  expect(await kept(hub)).toHaveLength(1)
})
