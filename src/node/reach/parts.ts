/**
 * The parts of a running host that reach is built on.
 *
 * libp2p hands its parts to every service at its construction, and only there. They are kept, so
 * that relay, directory and the like can be added to a host when they are needed first: an agent on
 * a LAN never loads them.
 */

import type { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import type { Upgrader } from '@libp2p/interface'
import type { kadDHT } from '@libp2p/kad-dht'

type Of<Make extends (...args: never[]) => (parts: never) => unknown> = Parameters<
  ReturnType<Make>
>[0]

export type HostParts = Of<typeof circuitRelayTransport> &
  Of<typeof circuitRelayServer> &
  Of<typeof kadDHT> & { readonly upgrader: Upgrader }

export interface Kept {
  parts: HostParts | undefined
}

/** A service that does nothing but to keep what it is given. */
export function keepParts(kept: Kept): (parts: object) => object {
  return (parts) => {
    kept.parts = parts as HostParts
    return {}
  }
}
