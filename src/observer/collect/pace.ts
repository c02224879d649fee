/**
 * How fast a holder may hand over what is no batch: heads, and seals that do not hold.
 *
 * Each costs us the check of a signature, and them nothing. Whoever sends too many waits in its own
 * stream, and nobody else does.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { TokenBuckets } from '../../node/token-buckets.ts'

/** Of one holder, count, and then a second: an honest one sends a head a second. */
const OF_ONE = { burst: 64, perSecond: 4 } as const
/** Holders that are counted, count: several times the connections of any preset. */
const HOLDERS_MAX = 1_024

export class Pace {
  readonly #rates: TokenBuckets
  readonly #ending = new AbortController()

  /** @param elapsed monotonic clock, ms */
  constructor(elapsed: () => number) {
    this.#rates = new TokenBuckets({ rate: OF_ONE, elapsed, max: HOLDERS_MAX })
  }

  /** Resolves when the next one of this holder is due, or at the end. */
  async wait(holder: string): Promise<void> {
    const waitMs = this.#rates.of(holder).take(1, Infinity) ?? 0
    const { signal } = this.#ending
    if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined)
  }

  stop(): void {
    this.#ending.abort()
  }
}
