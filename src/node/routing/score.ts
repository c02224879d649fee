/**
 * How good a candidate is for a task: one formula, out of 100 points.
 *
 *   standing   40 · s             s: from our own history with it, 1 without any trouble
 *   load       30 / (1 + f)       f: tasks it would have, for each it works on at once
 *   price      15 · (1 − p / P)   p: what it asks for this task, P: the most that any asks, but no
 *                                 more than twice the middle price; who asks more has 0 points
 *   distance   10 / (1 + r / 50)  r: round trip, ms
 *   link        5                 when no relay is between us
 *
 * Reasons: an answer that does not come costs more than one that comes late, so standing weighs
 * most; an idle peer is worth more than a near one, as work takes longer than a round trip. Half of
 * the points for load are lost at one full round of work, half of those for distance at 50 ms.
 *
 * It is the same for the same facts, whoever computes it, so it can be explained afterwards.
 */

/** Most points for each part. */
export const WEIGHTS = { standing: 40, load: 30, price: 15, distance: 10, link: 5 } as const
/** A round trip that costs half of the points for distance, ms. */
const FAR_MS = 50
/** Assumed while nothing was measured, ms. */
const UNKNOWN_RTT_MS = 25
/**
 * Candidates that are nearly equal take turns: the seed of a task is worth up to this many points.
 */
export const TURN_POINTS = 1

/** What is known of a candidate. */
export interface Facts {
  readonly id: string
  /** On the operator's list: such peers come before all others. */
  readonly listed: boolean
  /** From 0 to 1. */
  readonly standing: number
  /** Tasks it would have, this one included, for each that it works on at once. */
  readonly fill: number
  /** In the operator's unit; 0 when it states none. */
  readonly cost: number
  /** Round trip, ms; null while nothing was measured. */
  readonly rttMs: number | null
  readonly link: 'direct' | 'relayed'
}

export type Points = Readonly<Record<keyof typeof WEIGHTS, number>>

/** @param dearest the cost without points, from `dearestOf` */
export function pointsOf(facts: Facts, dearest: number): Points {
  const { standing, fill, cost, rttMs, link } = facts
  return {
    standing: WEIGHTS.standing * standing,
    load: WEIGHTS.load / (1 + fill),
    price: dearest > 0 ? WEIGHTS.price * Math.max(0, 1 - cost / dearest) : WEIGHTS.price,
    distance: WEIGHTS.distance / (1 + (rttMs ?? UNKNOWN_RTT_MS) / FAR_MS),
    link: link === 'direct' ? WEIGHTS.link : 0
  }
}

export const sumOf = ({ standing, load, price, distance, link }: Points): number =>
  standing + load + price + distance + link

export interface Scored<F extends Facts> {
  readonly facts: F
  readonly points: Points
  /** Out of 100; without the turn. */
  readonly score: number
  /** With it. */
  readonly order: number
}

/**
 * Best first.
 *
 * @param seed of the task: another one may give another order, but only among near equals
 */
export function rank<F extends Facts>(candidates: readonly F[], seed: string): Scored<F>[] {
  const dearest = dearestOf(candidates)
  const scored = candidates.map((facts) => {
    const points = pointsOf(facts, dearest)
    const score = sumOf(points)
    return { facts, points, score, order: score + TURN_POINTS * chanceOf(seed, facts.id) }
  })
  return scored.sort((one, other) => {
    if (one.facts.listed !== other.facts.listed) return one.facts.listed ? -1 : 1
    return other.order - one.order || (one.facts.id < other.facts.id ? -1 : 1)
  })
}

/**
 * What counts as the highest cost. One that asks for a fortune must not make all others look cheap,
 * so it is twice the middle one of all that ask for anything, if that is less.
 */
function dearestOf(candidates: readonly Facts[]): number {
  const dearest = candidates.reduce((most, { cost }) => Math.max(most, cost), 0)
  if (dearest === 0) return 0
  const costs = candidates.map(({ cost }) => cost).filter((cost) => cost > 0)
  costs.sort((one, other) => one - other)
  const middle = costs[Math.floor(costs.length / 2)] ?? dearest
  return Math.min(dearest, 2 * middle)
}

/** From 0 up to 1, the same for the same texts. FNV-1a, 32 bits, with a final mix. */
export function chanceOf(seed: string, id: string): number {
  let hash = 0x811c9dc5
  for (const text of [seed, id]) {
    for (let at = 0; at < text.length; at++) {
      hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
    }
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
