/** Which peer gets a task: the one that was named, or the least busy one that offers the skill. */

import { PeerworkError } from '../protocol/errors.ts'
import type { KnownPeer, Peers } from './peers.ts'

export interface Wanted {
  readonly skill: string
  readonly to?: string | undefined
  readonly waitMs: number
  readonly signal: AbortSignal
}

export interface Neighbourhood {
  readonly self: string
  readonly peers: Peers
  /** Tasks of ours that run at a peer now. */
  readonly busyAt: (peer: string) => number
  /** Why nobody is there, in a sentence. */
  readonly whyAlone: () => string
}

/**
 * Wait for a fitting peer, at most `waitMs`.
 *
 * @throws PeerworkError `NO_PEERS`, `NO_PEER_WITH_SKILL`, `PEER_UNKNOWN`, `PEER_AMBIGUOUS`, or the
 *   reason of `signal`
 */
export async function choosePeer(wanted: Wanted, around: Neighbourhood): Promise<KnownPeer> {
  wanted.signal.throwIfAborted()
  if (wanted.to === around.self) {
    throw new PeerworkError('PEER_UNKNOWN', `${wanted.to} is this agent itself`)
  }
  const now = pick(wanted, around)
  if (now !== undefined) return now
  const late = AbortSignal.timeout(wanted.waitMs)
  const events = around.peers.events.read({ signal: AbortSignal.any([late, wanted.signal]) })
  for await (const event of events) {
    if (event.type === 'left') continue
    const peer = pick(wanted, around)
    if (peer !== undefined) return peer
  }
  wanted.signal.throwIfAborted()
  throw notFound(wanted, around)
}

function pick({ skill, to }: Wanted, { peers, busyAt }: Neighbourhood): KnownPeer | undefined {
  const offers = (peer: KnownPeer): boolean => peer.skills.some(({ name }) => name === skill)
  if (to !== undefined) {
    const peer = peers.find(to)
    return peer !== undefined && offers(peer) ? peer : undefined
  }
  const load = (peer: KnownPeer): number => {
    return (peer.load.queued + busyAt(peer.id)) / Math.max(1, peer.load.capacity)
  }
  const fits = peers.all().filter(offers)
  return fits.sort((one, other) => load(one) - load(other))[0]
}

function notFound({ skill, to, waitMs }: Wanted, around: Neighbourhood): PeerworkError {
  const { peers, whyAlone } = around
  const waited = `after ${waitMs} ms`
  if (peers.size === 0) {
    return new PeerworkError('NO_PEERS', `no peers found ${waited}: ${whyAlone()}`, { waitMs })
  }
  const facts = { skill, peers: peers.size, waitMs }
  if (to === undefined) {
    const message = `none of ${peers.size} peers offers "${skill}" ${waited}`
    return new PeerworkError('NO_PEER_WITH_SKILL', message, facts)
  }
  const peer = peers.find(to)
  if (peer === undefined) {
    return new PeerworkError('PEER_UNKNOWN', `no peer "${to}" among ${peers.size} ${waited}`, facts)
  }
  const has = peer.skills.map(({ name }) => name).join(', ') || 'none'
  const message = `${peer.name} does not offer "${skill}"; it offers: ${has}`
  return new PeerworkError('NO_PEER_WITH_SKILL', message.slice(0, 400), facts)
}
