/** Connecting to an address that somebody named: until the peer there has shown its card. */

import type { Connection } from '@libp2p/interface'
import { PeerworkError } from '../protocol/errors.ts'
import { parseAddress } from './addresses.ts'
import { explainDial } from './diagnosis/dial-error.ts'
import type { KnownPeer, Peers } from './peers.ts'

/** How long the other side's card is waited for, ms. */
const CONNECT_MS_MAX = 10_000

export interface Connecting {
  readonly peers: Peers
  readonly dial: (addresses: readonly string[], signal: AbortSignal) => Promise<Connection>
  /** Why a peer was turned away last, if it was. */
  readonly refusalOf: (id: string) => PeerworkError | undefined
}

/** @throws PeerworkError `BAD_ADDRESS`, `DIAL_FAILED`, `WRONG_NETWORK` */
export async function connectTo(
  address: string,
  { peers, dial, refusalOf }: Connecting
): Promise<KnownPeer> {
  const { address: to, id } = parseAddress(address)
  const signal = AbortSignal.timeout(CONNECT_MS_MAX)
  const closed = new AbortController()
  const joined = peers.events.read({ signal: AbortSignal.any([signal, closed.signal]) })
  let connection: Connection
  try {
    connection = await dial([id === undefined ? to : `${to}/p2p/${id}`], signal)
  } catch (error) {
    closed.abort()
    if (error instanceof PeerworkError) throw error
    const { why, reason } = explainDial(error)
    throw new PeerworkError('DIAL_FAILED', `cannot reach ${to}: ${why}`, { reason })
  }
  const peer = connection.remotePeer.toString()
  const known = peers.get(peer)
  if (known !== undefined) {
    closed.abort()
    return known
  }
  // A turn later, so that the reason for which the other side closed is known by then.
  connection.addEventListener('close', () => setImmediate(() => closed.abort()))
  for await (const event of joined) {
    const now = event.type === 'left' ? undefined : peers.get(peer)
    if (now !== undefined) return now
  }
  throw refusalOf(peer) ?? new PeerworkError('DIAL_FAILED', `${to} showed no card`)
}
