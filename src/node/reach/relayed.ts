/**
 * Relayed addresses and links: `<address of the relay>/p2p/<relay>/p2p-circuit`, with the id of the
 * peer behind it at the end wherever an address names its peer.
 */

import type { Connection } from '@libp2p/interface'
import { plain } from '../addresses.ts'

const CIRCUIT = '/p2p-circuit'

export type LinkKind = 'direct' | 'relayed'

export const isRelayed = (address: string): boolean => address.includes(CIRCUIT)

/** How a peer is reached. A connection with limits is one that a relay passes on. */
export function linkKind(connection: Pick<Connection, 'limits' | 'remoteAddr'>): LinkKind {
  const relayed = connection.limits !== undefined || isRelayed(connection.remoteAddr.toString())
  return relayed ? 'relayed' : 'direct'
}

export interface RelayPart {
  /** The relay's id. */
  readonly relay: string
  /** Where the relay is, with `/p2p/<relay>`. */
  readonly address: string
}

/** The relay that a relayed address goes through. */
export function relayOf(address: string): RelayPart | undefined {
  const [through] = address.split(CIRCUIT)
  const relay = /\/p2p\/(\w+)$/.exec(through ?? '')?.[1]
  if (!isRelayed(address) || through === undefined || relay === undefined) return undefined
  return { relay, address: through }
}

/** The address of whoever has a reservation at this relay, without its id. */
export function throughRelay(address: string, relay: string): string {
  return `${plain(address)}/p2p/${relay}${CIRCUIT}`
}
