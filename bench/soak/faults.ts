/** What a soak must not show. */

import type { Soaked } from './soak.ts'

/** The issue's own bound, MiB a minute. */
const SLOPE_MAX = 1
/** In shorter runs memory outside of JavaScript still fills, s; only what is held counts. */
const LONG_SECONDS = 600
/** Shorter than this, all is warm-up: a slope of it says nothing, s. */
const SLOPE_SECONDS = 120
/**
 * What may be held more in such a run, MiB a minute. Measured on a machine with much else to do:
 * -0.11 to 0.08 without a leak, 0.81 and 0.71 with one of 1 put in.
 */
const SHORT_SLOPE_MAX = 0.5
/** Codes that tell why a task could not be done while agents vanish. */
const PRECISE = new Set(['PEER_LOST', 'NO_PEER_WITH_SKILL', 'BUSY', 'DEADLINE_EXCEEDED'])
for (const code of ['SHUTTING_DOWN', 'NO_PEERS', 'CANCELED']) PRECISE.add(code)

/** Each in a sentence; none when all is well. */
export function faultsOf({ seconds, slope, outcomes, before, after }: Soaked): string[] {
  const faults = outcomes.lost.map((what) => `a task was lost: ${what}`)
  const { asked, answered, failed } = outcomes
  const ended = answered + Object.values(failed).reduce((sum, count) => sum + count, 0)
  if (asked !== ended) faults.push(`${asked} tasks were asked, and ${ended} ended`)
  if (answered === 0) faults.push('no task was answered')
  for (const code of Object.keys(failed)) {
    if (!PRECISE.has(code)) faults.push(`${failed[code]} tasks failed with ${code}`)
  }
  const long = seconds >= LONG_SECONDS
  if (seconds >= SLOPE_SECONDS && !(slope.heap <= (long ? SLOPE_MAX : SHORT_SLOPE_MAX))) {
    faults.push(`held memory grows ${slope.heap} MiB a minute`)
  }
  if (long && !(slope.rss <= SLOPE_MAX)) {
    faults.push(`resident memory grows ${slope.rss} MiB a minute`)
  }
  for (const kind of new Set([...Object.keys(before.handles), ...Object.keys(after.handles)])) {
    const [was = 0, is = 0] = [before.handles[kind], after.handles[kind]]
    if (is > was) faults.push(`${is - was} more ${kind} than before`)
  }
  const [was = 0, is = 0] = [before.files['open'], after.files['open']]
  if (is > was) faults.push(`${is - was} more files and sockets than before`)
  return faults
}
