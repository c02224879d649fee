import { multiaddr } from '@multiformats/multiaddr'
import { peerIdFromString } from '@libp2p/peer-id'
import { expect, test } from 'vitest'
import { relayGate } from '../../../src/node/reach/gate.ts'
import { identityFromSeed } from '../../../src/protocol/identity.ts'

const [known, stranger] = [1, 2].map((seed) => {
  return peerIdFromString(identityFromSeed(new Uint8Array(32).fill(seed)).id)
})
const gate = relayGate((id) => id === known!.toString())

test('only those whose card we have may reserve, dial and be dialled through us', async () => {
  const denied = (a: typeof known, b: typeof known) => gate.denyOutboundRelayedConnection?.(a!, b!)
  expect(await gate.denyInboundRelayReservation?.(known!)).toBe(false)
  expect(await gate.denyInboundRelayReservation?.(stranger!)).toBe(true)
  expect(await denied(known, known)).toBe(false)
  expect(await denied(known, stranger)).toBe(true)
  expect(await denied(stranger, known)).toBe(true)
})

test('a stranger may come through a relay we know, and nobody through one we do not', async () => {
  expect(await gate.denyInboundRelayedConnection?.(known!, stranger!)).toBe(false)
  expect(await gate.denyInboundRelayedConnection?.(stranger!, known!)).toBe(true)
  // What is dialled is decided elsewhere.
  expect(gate.denyDialMultiaddr?.(multiaddr('/ip4/44.0.0.1/tcp/1'))).toBeUndefined()
})
