import type { Connection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { Outside } from '../../../src/node/reach/outside.ts'

const [RELAY, OTHER] = ['12D3KooWrelay', '12D3KooWother']
const SEEN = '/ip4/44.0.0.101/tcp/50000'

const link = (peer: string, more: object = {}): Connection =>
  ({
    remotePeer: { toString: () => peer },
    remoteAddr: multiaddr('/ip4/44.0.0.1/tcp/4001'),
    direction: 'outbound',
    ...more
  }) as unknown as Connection

test('towards a peer that we dialled, inside and outside port are known', () => {
  const [first, second] = [link(OTHER), link(RELAY)]
  const outside = new Outside({ portOf: (one) => (one === second ? 5_000 : 6_000) })
  expect(outside.seen(second, `${SEEN}/p2p/${OTHER}`)).toBe('44.0.0.101')
  expect(outside.doorTo(RELAY, [first, second])).toEqual({ seen: SEEN, localPort: 5_000 })
  expect(outside.doorTo(OTHER, [first, second])).toBeUndefined()
  expect(outside.doorTo(RELAY, [first])).toBeUndefined()
})

test('who dialled us, or talks through a relay, says nothing of our way out', () => {
  const outside = new Outside({ portOf: () => undefined })
  const inbound = link(RELAY, { direction: 'inbound' })
  expect(outside.seen(inbound, SEEN)).toBeUndefined()
  expect(outside.doorTo(RELAY, [inbound])).toBeUndefined()
  expect(outside.seen(link(OTHER, { limits: {} }), SEEN)).toBeUndefined()
})
