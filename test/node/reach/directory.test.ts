import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import type { KadDHT } from '@libp2p/kad-dht'
import { ping } from '@libp2p/ping'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import { importGuarded } from '../../../src/node/guarded-import.ts'
import type { Directory } from '../../../src/node/reach/directory.ts'
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
  const { Directory: DirectoryClass } = await importGuarded(
    () => import('../../../src/node/reach/directory.ts')
  )
  const raw = await createRawHost(NETWORK)
  const [hub] = members
  if (hub !== undefined) await raw.dial(hub.raw.address)
  const directory = await DirectoryClass.open({
    ...{ parts: raw.parts, identity: raw.identity, network: NETWORK, clock: systemClock, serve },
    reach: (id, addresses) => {
      const [first = ''] = addresses
      return raw.dial(`${first.replace(/\/p2p\/\w+$/, '')}/p2p/${id}`)
    },
    links: () => raw.host.getConnections(),
    describe: () => ({
      name,
      addresses: [raw.address.replace(/\/p2p\/\w+$/, '')],
      skills: [...skills]
    })
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

beforeEach(async () => {
  members = []
  await join('hub')
})

afterEach(async () => {
  for (const { directory, raw } of members) {
    await directory.stop()
    await raw[Symbol.asyncDispose]()
  }
})

test('who knows only the hub finds a peer by its id, and another by its skill', async () => {
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
  const [hub] = members
  await using mallory = await createRawHost(NETWORK)
  await mallory.dial(hub!.raw.address)
  const put = await laxTable(mallory, hub!.raw)
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
  await put(`/peerwork/${hub!.raw.id}`, good)
  await put(`${own}/more`, good)
  await put(own, Buffer.from('anything'))
  await put(own, seal('presence', old, mallory.identity).bytes)
  await put(own, seal('presence', { ...body, network: 'away' }, mallory.identity).bytes)
  expect(await kept(hub!)).toEqual([])
  await put(own, good)
  expect(await kept(hub!)).toHaveLength(1)
})
