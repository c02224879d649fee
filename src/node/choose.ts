/**
 * Which peer gets a task: the one that was named, or the best of those that could.
 *
 * What a peer says of its skills and its load is its own claim, so peers that the operator named
 * come before strangers, however idle those say they are. How the best is found: routing/score.ts.
 */

import { PeerworkError } from '../protocol/errors.ts'
import type { KnownPeer } from './peers.ts'
import { fitting, ranked } from './routing/candidates.ts'
import type { Candidate, Neighbourhood } from './routing/candidates.ts'
import { circleError, misfit } from './routing/wanted.ts'
import type { Wanted } from './routing/wanted.ts'

export interface Search extends Wanted {
  /** Of the task: decides between equals. */
  readonly id: string
}

export interface Waiting extends Search {
  readonly waitMs: number
  readonly signal: AbortSignal
}

/** Who gets it, and the candidates that this was decided among. */
export interface Choice {
  readonly peer: KnownPeer
  /** Best first, the peer included; empty when there was no other. */
  readonly among: readonly Candidate[]
}

/** A search that has ended is begun again this often, ms, as long as the task waits. */
const SEEK_AGAIN_MS = 5_000

const ALONE: readonly Candidate[] = []

/**
 * Wait for a fitting peer, at most `waitMs`.
 *
 * @throws PeerworkError `NO_PEERS`, `NO_PEER_WITH_SKILL`, `PEER_UNKNOWN`, `PEER_AMBIGUOUS`, `LOOP`,
 *   or the reason of `signal`
 */
export async function choosePeer(wanted: Waiting, around: Neighbourhood): Promise<Choice> {
  wanted.signal.throwIfAborted()
  if (wanted.to === around.self) {
    throw new PeerworkError('PEER_UNKNOWN', `${wanted.to} is this agent itself`)
  }
  const now = pick(wanted, around)
  if (now !== undefined) return now
  const circle = circleAround(wanted, around)
  if (circle !== undefined) throw circle
  const seek = (): void => around.seek?.({ skill: wanted.skill, peer: wanted.to })
  seek()
  const again = setInterval(seek, SEEK_AGAIN_MS).unref()
  const late = AbortSignal.timeout(wanted.waitMs)
  const events = around.peers.events.read({ signal: AbortSignal.any([late, wanted.signal]) })
  try {
    for await (const event of events) {
      if (event.type === 'left') continue
      const choice = pick(wanted, around)
      if (choice !== undefined) return choice
    }
  } finally {
    clearInterval(again)
  }
  wanted.signal.throwIfAborted()
  throw notFound(wanted, around)
}

/**
 * Who would get it now. A schema that does not allow the input is looked at last, because that is
 * dear; when none allows it, the best is chosen all the same, and tells what is wrong with it.
 */
export function pick(wanted: Search, around: Neighbourhood): Choice | undefined {
  const fits = fitting(wanted, around)
  const [only] = fits
  if (only === undefined) return undefined
  if (fits.length === 1) return { peer: only, among: ALONE }
  const among = ranked(fits, wanted, { around, seed: wanted.id })
  const best = among.find(({ facts }) => around.fault(facts.peer, wanted) === undefined)
  const peer = (best ?? among[0])?.facts.peer
  return peer === undefined ? undefined : { peer, among }
}

/** Somebody offers it, but has it already further up. */
function circleAround(wanted: Waiting, around: Neighbourhood): PeerworkError | undefined {
  if (wanted.path === undefined) return undefined
  const { to } = wanted
  const named = to === undefined ? around.peers.all() : [around.peers.find(to)]
  for (const peer of named) {
    const offers = peer?.skills.some(({ name }) => name === wanted.skill) === true
    const error = peer !== undefined && offers && circleError(wanted, peer, around)
    if (error instanceof PeerworkError) return error
  }
  return undefined
}

function notFound(wanted: Waiting, around: Neighbourhood): PeerworkError {
  const { skill, to, trust, waitMs } = wanted
  const { peers, whyAlone } = around
  const waited = `after ${waitMs} ms`
  if (peers.size === 0) {
    return new PeerworkError('NO_PEERS', `no peers found ${waited}: ${whyAlone()}`, { waitMs })
  }
  const facts = { skill, peers: peers.size, waitMs }
  if (to === undefined) return nobody(wanted, around, facts)
  const peer = peers.find(to)
  if (peer === undefined) {
    return new PeerworkError('PEER_UNKNOWN', `no peer "${to}" among ${peers.size} ${waited}`, facts)
  }
  if (trust === 'listed' && !peers.lists(peer.id)) {
    const message = `${peer.name} is not on the allow list, and no other peer is wanted`
    return new PeerworkError('NO_PEER_WITH_SKILL', message, facts)
  }
  const lacks = misfit(wanted, peer, around)
  const has = peer.skills.map(({ name }) => name).join(', ') || 'none'
  const offers = peer.skills.some(({ name }) => name === skill)
  const message = offers
    ? `${peer.name} offers "${skill}", but ${lacks ?? 'was busy'}`
    : `${peer.name} does not offer "${skill}"; it offers: ${has}`
  return new PeerworkError('NO_PEER_WITH_SKILL', message.slice(0, 400), facts)
}

/** None of those that are there; of those that offer it, the first tells what it lacks. */
function nobody(
  wanted: Waiting,
  around: Neighbourhood,
  facts: { readonly skill: string; readonly peers: number; readonly waitMs: number }
): PeerworkError {
  const { skill, peers, waitMs } = facts
  const all = peers === 1 ? 'the only peer here does not offer' : `none of ${peers} peers offers`
  const who = wanted.trust === 'listed' ? 'no peer on the allow list offers' : all
  const near = around.peers.all().find((peer) => {
    const trusted = wanted.trust === 'anybody' || around.peers.lists(peer.id)
    return trusted && peer.skills.some(({ name }) => name === skill)
  })
  const why = near === undefined ? undefined : misfit(wanted, near, around)
  const detail = near === undefined || why === undefined ? '' : `: ${near.name} ${why}`
  const message = `${who} "${skill}"${detail === '' ? '' : ' as wanted'} after ${waitMs} ms`
  return new PeerworkError('NO_PEER_WITH_SKILL', `${message}${detail}`.slice(0, 400), facts)
}
