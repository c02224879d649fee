/** The sample: some runs of one kind that went well, and one that failed, a little while ago. */

import type { DatabaseSync } from 'node:sqlite'
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

export interface Sample {
  readonly traces: readonly string[]
  /** The one that failed. */
  readonly failed: string
  /** @param nowMs since 1970 */
  runs(nowMs: number): readonly Parts[]
}

/** @param salt see `sampleTrace` */
export function sampleOf(salt: string): Sample {
  const runs = RUNS.map((run) => ({ ...run, trace: sampleTrace(run.city, salt) }))
  return {
    traces: runs.map(({ trace }) => trace),
    failed: runs.find(({ fails }) => fails)?.trace ?? '',
    runs: (nowMs) =>
      runs.map(({ minutesAgo, ...run }) =>
        planTrip({ ...run, beginMs: nowMs - minutesAgo * MINUTE_MS })
      )
  }
}

/** The one of an observer. @param access see `openAccess` */
export function sampleIn(access: DatabaseSync): Sample {
  const row = access.prepare('SELECT hex(salt) AS salt FROM sample').get()
  return sampleOf(row?.['salt'] as string)
}
