/**
 * Which peer gets a task: the one that was named, or of those that offer the skill the least busy.
 *
 * What a peer says of its skills and its load is its own claim, so peers that the operator named
 * come before strangers, however idle those say they are.
 */

import { PeerworkError } from '../protocol/errors.ts'
import type { SubmitOptions } from './api.ts'
import type { KnownPeer, Peers } from './peers.ts'

/** More tasks at once than one machine works on, count: claims of more are no sign of strength. */
const CAPACITY_MAX = 1_024

export interface Wanted {
  readonly skill: string
  readonly to?: string | undefined
  /** `listed`: only a peer on the allow list gets it. */
  readonly trust: Trust
  readonly waitMs: number
  readonly signal: AbortSignal
}

export type Trust = NonNullable<SubmitOptions['trust']>

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

/** The peer that would get it now. */
export function pick(
  { skill, to, trust }: Pick<Wanted, 'skill' | 'to' | 'trust'>,
  { peers, busyAt }: Neighbourhood
): KnownPeer | undefined {
  const fits = (peer: KnownPeer): boolean => {
    const trusted = trust === 'anybody' || peers.lists(peer.id)
    return trusted && peer.skills.some(({ name }) => name === skill)
  }
  if (to !== undefined) {
    const peer = peers.find(to)
    return peer !== undefined && fits(peer) ? peer : undefined
  }
  const all = peers.all().filter(fits)
  const listed = all.filter(({ id }) => peers.lists(id))
  const load = (peer: KnownPeer): number => loadOf(peer, busyAt(peer.id))
  return (listed.length > 0 ? listed : all).sort((one, other) => load(one) - load(other))[0]
}

/** How busy a peer is for its size: what it says, at most full, and what we know. */
function loadOf({ load }: KnownPeer, ours: number): number {
  const capacity = Math.min(CAPACITY_MAX, Math.max(1, load.capacity))
  return Math.min(1, load.queued / capacity) + ours / capacity
}

function notFound({ skill, to, trust, waitMs }: Wanted, around: Neighbourhood): PeerworkError {
  const { peers, whyAlone } = around
  const waited = `after ${waitMs} ms`
  if (peers.size === 0) {
    return new PeerworkError('NO_PEERS', `no peers found ${waited}: ${whyAlone()}`, { waitMs })
  }
  const facts = { skill, peers: peers.size, waitMs }
  if (to === undefined) {
    const who = trust === 'listed' ? 'no peer on the allow list' : `none of ${peers.size} peers`
    const message = `${who} offers "${skill}" ${waited}`
    return new PeerworkError('NO_PEER_WITH_SKILL', message, facts)
  }
  const peer = peers.find(to)
  if (peer === undefined) {
    return new PeerworkError('PEER_UNKNOWN', `no peer "${to}" among ${peers.size} ${waited}`, facts)
  }
  if (trust === 'listed' && !peers.lists(peer.id)) {
    const message = `${peer.name} is not on the allow list, and no other peer is wanted`
    return new PeerworkError('NO_PEER_WITH_SKILL', message, facts)
  }
  const has = peer.skills.map(({ name }) => name).join(', ') || 'none'
  const message = `${peer.name} does not offer "${skill}"; it offers: ${has}`
  return new PeerworkError('NO_PEER_WITH_SKILL', message.slice(0, 400), facts)
}
