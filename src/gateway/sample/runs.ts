/** The sample: some runs of one kind that went well, and one that failed, a little while ago. */

import type { Parts } from '../../observer/model.ts'
import { sampleTrace } from './scene.ts'
import { planTrip } from './trip.ts'

const MINUTE_MS = 60_000

const RUNS = [
  { city: 'Porto', minutesAgo: 171, pace: 1.05, fails: false },
  { city: 'Oslo', minutesAgo: 128, pace: 0.92, fails: false },
  { city: 'Ghent', minutesAgo: 97, pace: 1.1, fails: false },
  { city: 'Turin', minutesAgo: 64, pace: 0.97, fails: false },
  { city: 'Lisbon', minutesAgo: 21, pace: 1, fails: true },
  { city: 'Riga', minutesAgo: 9, pace: 1.02, fails: false }
] as const

export const SAMPLE_TRACES: readonly string[] = RUNS.map(({ city }) => sampleTrace(city))
/** The one that failed. */
export const SAMPLE_FAILED = sampleTrace(RUNS.find(({ fails }) => fails)?.city ?? '')

/** @param nowMs since 1970 */
export function sampleRuns(nowMs: number): readonly Parts[] {
  return RUNS.map(({ city, minutesAgo, pace, fails }) =>
    planTrip({
      ...{ trace: sampleTrace(city), beginMs: nowMs - minutesAgo * MINUTE_MS },
      ...{ city, pace, fails }
    })
  )
}
