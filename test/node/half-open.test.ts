import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { Transport } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../src/node/clock.ts'
import { importGuarded } from '../../src/node/guarded-import.ts'
import { fewHalfOpen, placeOf } from '../../src/node/half-open.ts'
import type { Host } from '../../src/node/host.ts'
import { ephemeralSecret } from '../../src/node/key-file.ts'
import { PRESETS } from '../../src/node/presets.ts'
import { createRawHost } from '../helpers/raw-host.ts'

const PLACES = 8
let host: Host
let port: number
let crowded: number
let silent: Socket[]

beforeEach(async () => {
  crowded = 0
  silent = []
  const { createHost } = await importGuarded(() => import('../../src/node/host.ts'))
  const secret = ephemeralSecret(systemClock)
  const preset = { ...PRESETS.loopback, pendingMax: PLACES }
  const made = await createHost({
    ...{ secret, publicKey: secret.identity.publicKey, network: 'home', preset, mdns: false },
    ...{ listen: ['/ip4/0.0.0.0/tcp/0'], bootstrap: [], found: () => undefined },
    crowded: () => crowded++
  })
  host = made.host
  await host.start()
  port = Number(/\/tcp\/(\d+)/.exec(host.getMultiaddrs()[0]?.toString() ?? '')?.[1])
})
afterEach(async () => {
  for (const socket of silent) socket.destroy()
  await host.stop()
})

/** Connections that say nothing, from this address of ours; resolves with how many stay. */
async function beSilent(count: number, localAddress: string): Promise<number> {
  const fresh = await Promise.all(
    Array.from({ length: count }, async () => {
      const socket = connect({ port, host: localAddress, localAddress })
      socket.on('error', () => undefined)
      silent.push(socket)
      await once(socket, 'connect')
      // Whatever it sends is read, or its end would not be seen.
      socket.resume()
      return socket
    })
  )
  await new Promise((resolve) => setTimeout(resolve, 300))
  return fresh.filter(({ destroyed, readableEnded }) => !destroyed && !readableEnded).length
}

type Upgrade = () => Promise<void>

/** A listener whose connections come from wherever a test likes. */
async function listening(upgrade: Upgrade) {
  await Promise.resolve()
  const open: EventTarget[] = []
  let come = (_address: string): Promise<void> => Promise.reject(new Error('not listening'))
  const bare = (): Transport => {
    const createListener = ({ upgrader }: { upgrader: { upgradeInbound: unknown } }) => {
      const upgradeInbound = upgrader.upgradeInbound as (connection: object) => Promise<void>
      come = (address) => {
        const facts = { remoteAddr: multiaddr(address), status: 'open' }
        const connection = Object.assign(new EventTarget(), facts)
        open.push(connection)
        return upgradeInbound(connection)
      }
      return {}
    }
    return { createListener } as unknown as Transport
  }
  const made = fewHalfOpen(bare, { places: PLACES })({})
  made.createListener({ upgrader: { upgradeInbound: upgrade } } as never)
  return { open, come }
}

/** A newcomer from this machine, which says who it is. */
async function comesIn(): Promise<boolean> {
  await using newcomer = await createRawHost('home')
  const id = host.peerId.toString()
  const coming = newcomer.dial(`/ip4/127.0.0.1/tcp/${port}/p2p/${id}`)
  return await coming.then(
    () => true,
    () => false
  )
}

test('whoever says nothing gets a share of the places, and the rest are cut off', async () => {
  expect(await beSilent(40, '127.0.0.1')).toBe(PLACES / 2)
  expect(crowded).toBe(40 - PLACES / 2)
  for (const socket of silent) socket.destroy()
  await expect.poll(comesIn).toBe(true)
})

test('an address from where somebody came in has a larger share than others', async () => {
  const waiting: PromiseWithResolvers<void>[] = []
  const upgrade = (): Promise<void> => {
    const upgrading = Promise.withResolvers<void>()
    waiting.push(upgrading)
    return upgrading.promise
  }
  const { open, come } = await listening(upgrade)
  const friend = come('/ip6/2001:db8::1/tcp/1')
  waiting[0]!.resolve()
  await friend
  for (let at = 0; at < 8; at++) {
    void come(`/ip6/2001:db8::${at}:1/tcp/1`).catch(() => undefined)
    void come(`/ip4/203.0.113.7/tcp/${at}`).catch(() => undefined)
  }
  expect(waiting).toHaveLength(1 + PLACES / 2 + PLACES / 4)
  await expect(come('/ip4/203.0.113.7/tcp/9')).rejects.toThrow('of 203.0.113.7 have not said')
  // When the friend leaves, its address is like any other.
  for (const { resolve } of waiting) resolve()
  for (const connection of open) connection.dispatchEvent(new Event('close'))
  await new Promise((resolve) => setImmediate(resolve))
  for (const connection of open) connection.dispatchEvent(new Event('close'))
  waiting.length = 0
  for (let at = 0; at < 8; at++) void come(`/ip6/2001:db8::${at}:2/tcp/1`).catch(() => undefined)
  expect(waiting).toHaveLength(PLACES / 4)
})

test('an IPv4 address, a /64 of IPv6 and this machine are each one place', () => {
  expect(placeOf('/ip4/203.0.113.7/tcp/1')).toBe('203.0.113.7')
  expect(placeOf('/ip6/::ffff:203.0.113.7/tcp/1')).toBe('203.0.113.7')
  const [one, other] = ['/ip6/2001:db8:0:1::5/tcp/1', '/ip6/2001:0DB8::1:a:b:c:d/tcp/2'].map(
    placeOf
  )
  expect(one).toBe('2001:db8:0:1::/64')
  expect(other).toBe(one)
  expect(placeOf('/ip6/2001:db8:0:2::5/tcp/1')).not.toBe(one)
  const here = placeOf('/ip4/127.0.0.1/tcp/1')
  expect(
    ['/ip4/127.9.9.9/tcp/1', '/ip6/::1/tcp/1', '/ip6/::ffff:127.0.0.1/tcp/1'].map(placeOf)
  ).toEqual([here, here, here])
})
