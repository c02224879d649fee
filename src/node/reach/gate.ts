/**
 * Whom a relay of ours serves, and whose relaying we accept: those whose card we have, and nobody
 * else. In a network with an owner those are members; in an open one, at least agents of it.
 */

import type { ConnectionGater } from '@libp2p/interface'

/** @param knows whether a peer has shown a card that fits */
export function relayGate(knows: (id: string) => boolean): ConnectionGater {
  return {
    denyInboundRelayReservation: (source) => !knows(source.toString()),
    denyOutboundRelayedConnection: (source, destination) => {
      return !knows(source.toString()) || !knows(destination.toString())
    },
    // Who is behind it has to show a card like everybody else.
    denyInboundRelayedConnection: (relay) => !knows(relay.toString())
  }
}
