/** Where the time of a handoff went, in words and as parts of a bar. */

import { duration } from '../../format.ts'
import type { Handoff } from '../../types.ts'

export interface SplitPart {
  readonly name: 'waiting' | 'working' | 'travelling'
  readonly ms: number
}

export function splitOf({ split }: Handoff): readonly SplitPart[] {
  const { waitingMs, workingMs, travellingMs } = split
  const parts = [
    { name: 'waiting', ms: waitingMs },
    { name: 'working', ms: workingMs },
    { name: 'travelling', ms: travellingMs }
  ] as const
  return parts.flatMap(({ name, ms }) => (ms === null ? [] : [{ name, ms }]))
}

/** `waiting 2 ms · working 1.1 s`; empty where neither side told its times. */
export const splitWords = (handoff: Handoff): string =>
  splitOf(handoff)
    .map(({ name, ms }) => `${name} ${duration(ms)}`)
    .join(' · ')

/** From offer to result, or as much of it as was told, ms. */
export const tookMs = ({ split }: Handoff): number | null => split.totalMs ?? split.workingMs

/** The value that a share of all do not exceed: nearest rank. @param share 0 to 1 */
export function quantile(values: readonly number[], share: number): number | null {
  const ordered = values.toSorted((a, b) => a - b)
  return ordered[Math.max(0, Math.ceil(share * ordered.length) - 1)] ?? null
}
