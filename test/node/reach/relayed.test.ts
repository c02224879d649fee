import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { isRelayed, linkKind, relayOf, throughRelay } from '../../../src/node/reach/relayed.ts'
import { identityFromSeed } from '../../../src/protocol/identity.ts'

const [RELAY, PEER] = [1, 2].map((seed) => identityFromSeed(new Uint8Array(32).fill(seed)).id)
const AT = '/ip4/44.0.0.1/tcp/4001'

test('an address through a relay names the relay, and nobody behind it', () => {
  const through = throughRelay(`${AT}/p2p/${RELAY}`, RELAY!)
  expect(through).toBe(`${AT}/p2p/${RELAY}/p2p-circuit`)
  expect(isRelayed(through)).toBe(true)
  expect(relayOf(`${through}/p2p/${PEER}`)).toEqual({
    relay: RELAY,
    address: `${AT}/p2p/${RELAY}`
  })
})

test('an address that goes through nobody has no relay', () => {
  expect(isRelayed(`${AT}/p2p/${PEER}`)).toBe(false)
  expect(relayOf(`${AT}/p2p/${PEER}`)).toBeUndefined()
  expect(relayOf(`${AT}/p2p-circuit`)).toBeUndefined()
})

test('a link is relayed when its address says so, or when it has limits', () => {
  const remoteAddr = multiaddr(AT)
  expect(linkKind({ remoteAddr })).toBe('direct')
  expect(linkKind({ remoteAddr, limits: { seconds: 1 } })).toBe('relayed')
  const through = multiaddr(throughRelay(AT, RELAY!))
  expect(linkKind({ remoteAddr: through })).toBe('relayed')
})
