import { expect, test } from 'vitest'
import type { Sought } from '../../../src/node/discovery-options.ts'
import { bootstrapLinks, portsOf, unreachedOf } from '../../../src/node/diagnosis/sought-links.ts'

const sought = (more: Partial<Sought>): Sought => ({
  ...{ id: 'a', address: '/ip4/10.0.0.1/tcp/1', via: 'bootstrap', error: undefined, apart: 5 },
  ...more
})

test('a bootstrap peer is up since its connection, connecting, or down since it went', () => {
  const states = bootstrapLinks(
    [
      sought({ error: 'old news' }),
      sought({ id: 'b' }),
      sought({ id: undefined, error: 'closed' }),
      sought({ via: 'mdns', error: 'closed' })
    ],
    (id) => (id === 'a' ? 42 : undefined)
  )
  expect(states).toMatchObject([
    { peer: 'a', state: 'up', since: 42, error: null },
    { peer: 'b', state: 'connecting', since: 5, error: null },
    { peer: null, state: 'down', since: 5, error: 'closed' }
  ])
})

test('others that could not be reached are told apart from those that are there', () => {
  const all = [
    sought({ via: 'mdns', error: 'closed' }),
    sought({ via: 'peer', id: 'b', error: 'closed' }),
    sought({ via: 'mdns', id: 'c' }),
    sought({ error: 'closed' })
  ]
  expect(unreachedOf(all, (id) => id === 'b')).toEqual([
    { address: '/ip4/10.0.0.1/tcp/1', why: 'closed' }
  ])
})

test('ports are those of addresses over TCP, each once', () => {
  const own = ['/ip4/127.0.0.1/tcp/4001/p2p/12D3', '/ip4/127.0.0.1/tcp/4001', '/ip6/::1/tcp/9']
  const useless = ['/ip6/fe80::1/tcp/9', '/ip4/1.2.3.4/udp/1/quic-v1', '/ip4/1.2.3.4/tcp/1/ws']
  expect(portsOf([...own, ...useless])).toEqual([
    { host: '127.0.0.1', port: 4001 },
    { host: '::1', port: 9 }
  ])
})
