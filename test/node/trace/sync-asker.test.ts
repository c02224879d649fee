import type { Connection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { askerOf } from '../../../src/node/trace/sync-asker.ts'

const from = (address: string) => {
  const remotePeer = { toString: () => 'alice' }
  const link = { remotePeer, remoteAddr: multiaddr(address) } as unknown as Connection
  const { place, region } = askerOf(link, () => false)
  return [place, region]
}

test('an address lies in a region, and this machine in one of its own', () => {
  expect(from('/ip4/192.0.2.7/tcp/1')).toEqual(['192.0.2.7', '192.0.2.0/24'])
  expect(from('/ip4/127.0.0.1/tcp/1')).toEqual(['this machine', 'this machine'])
  expect(from('/ip6/2001:db8:1:2:3::4/tcp/1')).toEqual(['2001:db8:1:2::/64', '2001:db8:1::/48'])
})

test('whoever comes through a relay is where the relay is', () => {
  const relay = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'
  const address = `/ip4/198.51.100.9/tcp/4/p2p/${relay}/p2p-circuit`
  expect(from(address)).toEqual(['198.51.100.9', '198.51.100.0/24'])
})

test('who was named is marked', () => {
  const remotePeer = { toString: () => 'alice' }
  const remoteAddr = multiaddr('/ip4/127.0.0.1/tcp/1')
  const link = { remotePeer, remoteAddr } as unknown as Connection
  expect(askerOf(link, (peer) => peer === 'alice').named).toBe(true)
})
