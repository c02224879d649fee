/** The peers that could get a task, best first, with what is known of each. */

import type { KnownPeer, Peers } from '../peers.ts'
import type { History, Standing } from './history.ts'
import { rank } from './score.ts'
import type { Facts, Scored } from './score.ts'
import { costOf, misfit, offerOf } from './wanted.ts'
import type { Wanted } from './wanted.ts'

/** More tasks at once than one machine works on, count: claims of more are no sign of strength. */
const CAPACITY_MAX = 1_024
/** After this a claimed load counts half, ms: cards are renewed every few minutes. */
const LOAD_HALF_LIFE_MS = 30_000
/** What a peer that sent us away counts as, rounds of work: full, and a full queue. */
const RESTING_FILL = 8

export interface Neighbourhood {
  readonly self: string
  readonly peers: Peers
  /** Tasks of ours that run at a peer now. */
  readonly busyAt: (peer: string) => number
  /** Whether a peer said that it is full, and for how long, and the time is not over. */
  readonly restsNow: (peer: string) => boolean
  /** Round trip as our tasks measured it, ms; undefined while they have not. */
  readonly rttOf: (peer: string) => number | undefined
  readonly history: Pick<History, 'of'>
  /** What of the input the peer's schema does not allow. */
  readonly fault: (peer: KnownPeer, wanted: Wanted) => string | undefined
  /** ms since 1970 */
  readonly now: () => number
  /** Look for somebody beyond those we know; who is found becomes a peer. */
  readonly seek?: (wanted: { readonly skill: string; readonly peer?: string | undefined }) => void
  /** Why nobody is there, in a sentence. */
  readonly whyAlone: () => string
}

export interface Known extends Facts {
  readonly peer: KnownPeer
  readonly experience: Standing
  /** It sent us away a moment ago. */
  readonly rests: boolean
}
export type Candidate = Scored<Known>

/** All that could get the task; unordered. */
export function fitting(wanted: Wanted, around: Neighbourhood): KnownPeer[] {
  const { peers, self } = around
  const { to } = wanted
  if (to === undefined) {
    return peers.all().filter((peer) => misfit(wanted, peer, around) === undefined)
  }
  const peer = to === self ? undefined : peers.find(to)
  return peer === undefined || misfit(wanted, peer, around) !== undefined ? [] : [peer]
}

/** @param seed of the task, that decides between equals */
export function ranked(
  fits: readonly KnownPeer[],
  wanted: Wanted,
  { around, seed }: { readonly around: Neighbourhood; readonly seed: string }
): Candidate[] {
  return rank(
    fits.map((peer) => factsOf(peer, wanted, around)),
    seed
  )
}

function factsOf(peer: KnownPeer, wanted: Wanted, around: Neighbourhood): Known {
  const { id, link } = peer
  const offer = offerOf(peer, wanted.skill)
  const experience = around.history.of(id)
  return {
    ...{ id, link, peer, experience },
    listed: around.peers.lists(id),
    rests: around.restsNow(id),
    standing: experience.standing,
    fill: fillOf(peer, around),
    cost: offer === undefined ? 0 : costOf(offer, wanted),
    rttMs: around.rttOf(id) ?? peer.connection.rtt ?? null
  }
}

/** What it says of its load, as far as that is news, or our own tasks there, if those are more. */
function fillOf(peer: KnownPeer, { busyAt, restsNow, now }: Neighbourhood): number {
  if (restsNow(peer.id)) return RESTING_FILL
  const { running, queued, capacity } = peer.load
  const fresh = 2 ** (-Math.max(0, now() - peer.heard) / LOAD_HALF_LIFE_MS)
  const tasks = Math.max((running + queued) * fresh, busyAt(peer.id))
  return (tasks + 1) / Math.min(CAPACITY_MAX, Math.max(1, capacity))
}
