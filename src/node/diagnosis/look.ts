/** Let some peers look at our port: the farthest ones, for they see what others see. */

import { PeerworkError, toPeerworkError } from '../../protocol/errors.ts'
import { plain, scopeOf } from '../addresses.ts'
import type { KnownPeer } from '../peers.ts'
import type { Look } from './check-port.ts'
import { askForLook } from './dial-back.ts'
import { portsOf } from './sought-links.ts'

/** Peers asked, count: one may lie or be behind the same wall. */
const ASKED_MAX = 3
const FARTHEST = ['public', 'name', 'private', 'loopback', 'refused']

/** @param addresses where this agent listens */
export async function lookThroughPeers(
  peers: readonly Pick<KnownPeer, 'name' | 'connection'>[],
  addresses: readonly string[]
): Promise<Look[]> {
  const chosen = peers
    .filter(({ connection }) => !connection.remoteAddr.toString().includes('/p2p-circuit'))
    .toSorted((one, other) => distance(one) - distance(other))
    .slice(0, ASKED_MAX)
  return Promise.all(
    chosen.map(async ({ name, connection }): Promise<Look> => {
      const port = portFor(addresses, plain(connection.remoteAddr.toString()))
      try {
        if (port === undefined) throw new PeerworkError('BAD_ADDRESS', 'this agent has no port')
        return { peer: name, port, seen: await askForLook(connection, port) }
      } catch (error) {
        return { peer: name, port: port ?? 0, seen: { error: toPeerworkError(error).message } }
      }
    })
  )
}

const distance = ({ connection }: Pick<KnownPeer, 'connection'>): number =>
  FARTHEST.indexOf(scopeOf(plain(connection.remoteAddr.toString())))

/** The port to look at: of an address that a peer there could mean. */
function portFor(addresses: readonly string[], link: string): number | undefined {
  const scope = scopeOf(link)
  const outward = addresses.filter((address) => scopeOf(plain(address)) !== 'loopback')
  const [first] = portsOf(scope === 'loopback' || outward.length === 0 ? addresses : outward)
  return first?.port
}
