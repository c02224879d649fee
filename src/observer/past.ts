/**
 * Starts of producers of which nothing is left: no batch, as retention took the last, no fork, and
 * nothing that could still come. They are told and read no more; what they add to the sums is.
 *
 * A store keeps a line of each that says what was held of it, so that nothing of it is taken, and
 * counted, a second time. Whatever is heard of such a start makes it one like the others again.
 */

import { producerIntegrity } from './query/integrity.ts'
import type { Holding, PastSums } from './store.ts'

/** What one start adds to the sums of its producer. */
export interface PastStart extends Omit<PastSums, 'starts'> {
  readonly duplicates: number
  readonly late: number
  readonly refused: Holding['refused']
}

/** @returns nothing as long as events are missing that may come, or a fork is to be told */
export function pastOf(holding: Holding): PastStart | undefined {
  const { missing, forks, emitted, held, dropped } = producerIntegrity(holding)
  if (missing > 0 || forks.length > 0) return undefined
  const { duplicates, late, refused } = holding
  return {
    ...{ emitted: emitted ?? held, held, dropped: Math.min(dropped, Number.MAX_SAFE_INTEGER) },
    ...{ duplicates, late, refused }
  }
}

export const sumsOf = (starts: readonly PastStart[]): PastSums => {
  const sum = (pick: (one: PastStart) => number): number =>
    starts.reduce((total, one) => total + pick(one), 0)
  return {
    ...{ starts: starts.length, emitted: sum((one) => one.emitted) },
    ...{ held: sum((one) => one.held), dropped: sum((one) => one.dropped) }
  }
}

/** All past starts of one producer as one holding; it has no boot, and no numbers. */
export function pastHolding(by: string, starts: readonly PastStart[]): Holding {
  const sum = (pick: (one: PastStart) => number): number =>
    starts.reduce((total, one) => total + pick(one), 0)
  const past = sumsOf(starts)
  const refused: Record<string, number> = {}
  for (const [code, count] of starts.flatMap((one) => Object.entries(one.refused))) {
    refused[code] = (refused[code] ?? 0) + count
  }
  return {
    ...{ by, boot: '', past, held: [], forks: [], refused },
    ...{ duplicates: sum((one) => one.duplicates), late: sum((one) => one.late) }
  }
}
