/** The trace event that tells why a peer, of several, got a task. */

import { CANDIDATES_MAX } from '../../protocol/trace.ts'
import type { TraceFact } from '../../protocol/trace.ts'
import type { KnownPeer } from '../peers.ts'
import type { Candidate } from './candidates.ts'
import { whyOf } from './explain.ts'

interface Told {
  readonly among: readonly Candidate[]
  readonly attempt: number
  readonly after: string | undefined
}

type Routed = Extract<TraceFact, { type: 'task.routed' }>

export function routedFact(
  { id }: KnownPeer,
  { among, attempt, after }: Told
): Pick<Routed, 'type' | 'attempt' | 'candidates' | 'more'> & { after?: string } {
  const winner = among.find(({ facts }) => facts.id === id)
  const told = among.slice(0, CANDIDATES_MAX).map((candidate) => ({
    peer: candidate.facts.id,
    score: Math.round(candidate.score * 10) / 10,
    why: whyOf(candidate, winner, among.length)
  }))
  const candidates = told.length > 0 ? told : [{ peer: id, why: 'the only one left' }]
  const more = Math.max(0, among.length - CANDIDATES_MAX)
  const fact = { type: 'task.routed', attempt, candidates, more } as const
  return after === undefined ? fact : { ...fact, after }
}
