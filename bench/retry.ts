/** Trying until the other process is there. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Handle } from './candidates/candidate.ts'

/** Pause between two attempts, ms: short beside everything that is measured. */
const PAUSE_MS = 5
/** Attempts before the error is passed on: about a quarter of a minute. */
const ATTEMPTS_MAX = 3000

export async function retry<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = ATTEMPTS_MAX; ; left--) {
    try {
      return await attempt()
    } catch (error) {
      if (left <= 0) throw error
      await sleep(PAUSE_MS)
    }
  }
}

/** The first request is tried again until it is answered, the others go straight through. */
export function firstRetried(first: Handle, others: Handle): Handle {
  let warm = false
  return async (request) => {
    if (warm) return others(request)
    const answer = await retry(() => first(request))
    warm = true
    return answer
  }
}
