/** How long to wait before something is tried again. */

/** First wait and longest wait, ms. */
const FIRST_MS = 250
const LONGEST_MS = 30_000

/**
 * Twice as long each time, and for everybody a little different, so that those who lost the same
 * peer in one moment do not come back in one moment.
 *
 * @param attempt 0 for the first
 * @param chance from 0 up to 1
 */
export function backoff(attempt: number, chance: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16))
  return full / 2 + (full / 2) * chance
}
