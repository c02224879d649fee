/** Why a peer won, and why the others did not, in words and numbers. */

import type { Choice } from '../choose.ts'
import type { KnownPeer } from '../peers.ts'
import { ranked } from './candidates.ts'
import type { Candidate, Neighbourhood } from './candidates.ts'
import { WEIGHTS } from './score.ts'
import type { RouteCandidate, RouteExplanation } from './told.ts'
import { misfit, offerOf } from './wanted.ts'
import type { Wanted } from './wanted.ts'

/** Candidates that are told of, count: a table of a screen's height. */
const TOLD_MAX = 64
/** Points below which a difference is nothing to speak of. */
const SLIGHT = 0.05

type Part = keyof typeof WEIGHTS
const PARTS = Object.keys(WEIGHTS) as Part[]

/** @param choice what was decided; undefined when nobody could get it */
export function explain(
  wanted: Wanted & { readonly id: string },
  around: Neighbourhood,
  choice: Choice | undefined
): RouteExplanation {
  const { peers } = around
  const fits = candidatesOf(wanted, around, choice)
  const winner = fits.find(({ facts }) => facts.peer.id === choice?.peer.id)
  const told = new Set(fits.map(({ facts }) => facts.id))
  const offering = peers.all().filter((peer) => offerOf(peer, wanted.skill) !== undefined)
  const lost = offering.filter(({ id }) => !told.has(id))
  const out = lost.map((peer) => leftOut(peer, whyOut(peer, wanted, around)))
  const shown = fits.map((candidate) => viewOf(candidate, { wanted, around, winner, fits }))
  const candidates = [...shown, ...out].slice(0, TOLD_MAX)
  const { skill } = wanted
  const chosen = choice?.peer.id ?? null
  return { skill, chosen, candidates, others: peers.size - candidates.length }
}

/** A choice of one was made without a score; here it gets one. */
function candidatesOf(
  wanted: Wanted & { readonly id: string },
  around: Neighbourhood,
  choice: Choice | undefined
): readonly Candidate[] {
  if (choice === undefined) return []
  if (choice.among.length > 0) return choice.among
  return ranked([choice.peer], wanted, { around, seed: wanted.id })
}

function whyOut(peer: KnownPeer, wanted: Wanted, around: Neighbourhood): string {
  const why = misfit(wanted, peer, around)
  return why ?? (wanted.to === undefined ? 'came too late' : 'is not the one that was named')
}

const leftOut = ({ id, name }: KnownPeer, why: string): RouteCandidate => ({
  ...{ peer: id, name, state: 'left out', why }
})

interface Field {
  readonly wanted: Wanted
  readonly around: Neighbourhood
  readonly winner: Candidate | undefined
  readonly fits: readonly Candidate[]
}

function viewOf(candidate: Candidate, field: Field): RouteCandidate {
  const { facts, points, score } = candidate
  const { wanted, around, winner, fits } = field
  const { peer, experience, listed, fill, cost, rttMs, link } = facts
  const fault = fits.length > 1 ? around.fault(peer, wanted) : undefined
  if (candidate !== winner && fault !== undefined) {
    return leftOut(peer, `does not take the input: ${fault}`.slice(0, 200))
  }
  const { done, trouble } = experience
  return {
    ...{ peer: peer.id, name: peer.name, state: candidate === winner ? 'chosen' : 'next' },
    why: whyOf(candidate, winner, fits.length),
    score: round(score),
    points: {
      ...{ standing: round(points.standing), load: round(points.load) },
      ...{ price: round(points.price), distance: round(points.distance), link: points.link }
    },
    facts: {
      ...{ listed, fill: round(fill), cost, rttMs: rttMs === null ? null : round(rttMs), link },
      ...{ done: round(done), trouble: round(trouble) }
    }
  }
}

/** In a few words; the same go into the trace. */
export function whyOf(candidate: Candidate, winner: Candidate | undefined, count: number): string {
  if (winner === undefined) return 'nobody was chosen'
  if (candidate === winner) return count === 1 ? 'the only one' : `the best of ${count}`
  if (winner.facts.listed && !candidate.facts.listed) {
    return 'not on the allow list, as the winner is'
  }
  const behind = winner.score - candidate.score
  if (behind < SLIGHT) return 'as good as the winner, whose turn it was'
  const lost = (part: Part): number => winner.points[part] - candidate.points[part]
  const part = PARTS.reduce((most, other) => (lost(other) > lost(most) ? other : most))
  return `${behind.toFixed(1)} points behind, most for ${part} (${valueOf(candidate, part)})`
}

function valueOf({ facts }: Candidate, part: Part): string {
  const { experience, fill, rests, cost, rttMs, link } = facts
  switch (part) {
    case 'standing':
      return `${experience.trouble.toFixed(1)} failures, ${experience.done.toFixed(1)} done`
    case 'load':
      return rests ? 'sent us away' : `${Math.round(fill * 100)} % full with this task`
    case 'price':
      return `costs ${cost}`
    case 'distance':
      return rttMs === null ? 'distance unknown' : `${rttMs.toFixed(1)} ms away`
    case 'link':
      return link === 'direct' ? 'direct' : 'through a relay'
  }
}

const round = (value: number): number => Math.round(value * 100) / 100
