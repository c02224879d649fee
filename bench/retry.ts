/** Trying until the other process is there. */

import { setTimeout as sleep } from 'node:timers/promises'

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
