/** Who asks about traces, and from where: keys cost nothing, addresses do. */

import type { Connection } from '@libp2p/interface'
import { placeOf } from '../half-open.ts'

export interface SyncAsker {
  readonly peer: string
  /** Whether the network gave it the role, or the operator listed it. */
  readonly named: boolean
  /** An IPv4 address, a /64 of IPv6, this machine, or the relay it comes through. */
  readonly place: string
  /** What a place is in: a /24 of IPv4, or a /48 of IPv6, the most that one customer gets. */
  readonly region: string
}

export function askerOf(
  { remotePeer, remoteAddr }: Pick<Connection, 'remotePeer' | 'remoteAddr'>,
  isNamed: (peer: string) => boolean
): SyncAsker {
  const peer = remotePeer.toString()
  const place = placeOf(remoteAddr.toString())
  return { peer, named: isNamed(peer), place, region: regionOf(place) }
}

/** Groups of 16 bits in a /48 (RFC 6177). */
const GROUPS = 3

function regionOf(place: string): string {
  const four = /^(\d+\.\d+\.\d+)\.\d+$/.exec(place)?.[1]
  if (four !== undefined) return `${four}.0/24`
  if (!place.endsWith('::/64')) return place
  return `${place.split(':').slice(0, GROUPS).join(':')}::/48`
}
