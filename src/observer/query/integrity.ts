/** What the observer does not have, in numbers: of each producer, of each trace, of all. */

import { without } from '../../node/trace/ranges.ts'
import type { Holding, PastSums, Range } from '../store.ts'

export interface ProducerIntegrity {
  readonly by: string
  /** Empty: earlier starts of which nothing is left, added up. */
  readonly boot: string
  /** Events that its log counted; null while no counters came. */
  readonly emitted: number | null
  readonly held: number
  /** Events that its log dropped, or was killed before it sealed: nobody can have them any more. */
  readonly dropped: number
  /** Events that exist and are not here yet. */
  readonly missing: number
  readonly gaps: readonly Range[]
  readonly duplicates: number
  readonly late: number
  readonly refused: Readonly<Record<string, number>>
  /** Sequence numbers with two contents: proof that the producer lied. */
  readonly forks: Holding['forks']
  /** Of what still exists: 0 to 1. */
  readonly complete: number
}

export interface Integrity {
  /** Of what still exists: 0 to 1, see `wholeOf`. */
  readonly complete: number
  readonly missing: number
  readonly dropped: number
  readonly forks: number
  readonly refused: number
  readonly producers: readonly ProducerIntegrity[]
}

export function integrityOf(holdings: readonly Holding[]): Integrity {
  const producers = holdings.map(producerIntegrity)
  const sum = (pick: (one: ProducerIntegrity) => number): number =>
    producers.reduce((total, one) => total + pick(one), 0)
  return {
    complete: wholeOf(producers),
    ...{
      missing: sum((one) => one.missing),
      dropped: sum((one) => one.dropped),
      forks: sum((one) => one.forks.length)
    },
    refused: sum(({ refused }) => Object.values(refused).reduce((all, count) => all + count, 0)),
    producers
  }
}

const looked = new WeakMap<Holding, ProducerIntegrity>()

/** Asked every second of what hardly changes: each holding is looked at once. */
export function producerIntegrity(holding: Holding): ProducerIntegrity {
  const known = looked.get(holding)
  if (known !== undefined) return known
  const { past } = holding
  const one = past === undefined ? integrityOfStart(holding) : integrityOfPast(holding, past)
  looked.set(holding, one)
  return one
}

function integrityOfPast(holding: Holding, past: PastSums): ProducerIntegrity {
  const { by, boot, duplicates, late, refused } = holding
  const { emitted, held, dropped } = past
  return {
    ...{ by, boot, emitted, held, missing: 0, gaps: [], dropped },
    ...{ duplicates, late, refused, forks: [], complete: 1 }
  }
}

function integrityOfStart(holding: Holding): ProducerIntegrity {
  const { by, boot, counters, held, duplicates, late, refused, forks } = holding
  const have = held.reduce((sum, { from, to }) => sum + to - from, 0)
  const last = held.at(-1)?.to ?? 0
  const end = Math.max(last, counters?.next ?? 0)
  const gaps = without(gapsIn(held, counters?.oldest ?? 0, end), counters?.gone ?? [])
  const missing = gaps.reduce((sum, { from, to }) => sum + to - from, 0)
  const { next = 0, most = next, dropped = 0 } = counters ?? {}
  return {
    ...{ by, boot, emitted: counters === undefined ? null : most, held: have, missing, gaps },
    dropped: dropped + Math.max(0, most - Math.max(next, last)),
    ...{ duplicates, late, refused, forks, complete: shareOf(have, missing) }
  }
}

/** What lies between the ranges, from the oldest that exists to the newest that was counted. */
export function gapsIn(held: readonly Range[], oldest: number, next: number): readonly Range[] {
  const gaps: Range[] = []
  let at = oldest
  for (const { from, to } of held) {
    if (from > at) gaps.push({ from: at, to: Math.min(from, next) })
    at = Math.max(at, to)
  }
  if (next > at) gaps.push({ from: at, to: next })
  return gaps.filter(({ from, to }) => to > from)
}

/**
 * How much of everything is here, 0 to 1. What is missing is what producers say that there was, and
 * nothing proves it until it comes. So no producer, with all its starts, weighs more than twice
 * what came of it, or what came of an average one more: whoever claims 2^53 events ruins its own
 * figure and not that of all.
 */
function wholeOf(logs: readonly ProducerIntegrity[]): number {
  const producers = [...Map.groupBy(logs, ({ by }) => by).values()].map((starts) => ({
    held: starts.reduce((total, one) => total + one.held, 0),
    missing: starts.reduce((total, one) => total + one.missing, 0)
  }))
  const all = producers.reduce((total, { held }) => total + held, 0)
  const average = all / Math.max(1, producers.length)
  let [weights, whole] = [0, 0]
  for (const { held, missing } of producers) {
    const weight = held + Math.min(missing, Math.max(held, average))
    weights += weight
    whole += weight * shareOf(held, missing)
  }
  if (weights > 0) return whole / weights
  return producers.some(({ missing }) => missing > 0) ? 0 : 1
}

const shareOf = (held: number, missing: number): number =>
  held + missing === 0 ? 1 : held / (held + missing)

/**
 * Of those that took part in a trace. What is missing of them may belong to it, or not; starts that
 * are past have nothing to do with what is still here.
 */
export function integrityOfTrace(
  holdings: readonly Holding[],
  parties: ReadonlySet<string>
): Integrity {
  return integrityOf(holdings.filter(({ by, past }) => past === undefined && parties.has(by)))
}
