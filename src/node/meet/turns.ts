/** When an address that the operator did not name may be dialled: so many at once, and a second. */

import type { Candidate } from '../candidate.ts'
import { TokenBucket } from '../token-bucket.ts'

/** Addresses that others make us dial: a small LAN at once, count; then so many a second. */
const DIALS = { burst: 32, perSecond: 8 } as const
/** How long such a dial may wait for its turn, ms; later ones count as failed attempts. */
const TURN_MS_MAX = 10_000
/** Such dials at once, count, and the pause when there are as many, ms. */
const DIALING_MAX = 16
const BUSY_MS = 250

export class Turns {
  readonly #elapsed: () => number
  /** Apart, so that none takes turns from others: announced on the LAN, sought for a task, else. */
  readonly #announced: TokenBucket
  readonly #sought: TokenBucket
  readonly #named: TokenBucket

  /** @param elapsed monotonic clock, ms */
  constructor(elapsed: () => number) {
    this.#elapsed = elapsed
    this.#announced = new TokenBucket(DIALS, elapsed)
    this.#sought = new TokenBucket(DIALS, elapsed)
    this.#named = new TokenBucket(DIALS, elapsed)
  }

  /**
   * Take a turn for a candidate, or wait for the one it has taken.
   *
   * @param dialing such dials that go on now, count
   * @returns ms until it is due, 0 for now; `undefined` when that would be too long
   */
  wait(candidate: Candidate, sought: boolean, dialing: number): number | undefined {
    const now = this.#elapsed()
    if (candidate.due === undefined) {
      const named = sought ? this.#sought : this.#named
      const bucket = candidate.via === 'mdns' && !sought ? this.#announced : named
      const waitMs = bucket.take(candidate.addresses.length, TURN_MS_MAX)
      if (waitMs === undefined) return undefined
      candidate.due = now + waitMs
    }
    const busy = dialing >= DIALING_MAX
    if (now < candidate.due || busy) return Math.max(candidate.due - now, busy ? BUSY_MS : 1)
    candidate.due = undefined
    return 0
  }
}
