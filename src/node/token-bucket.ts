/** So many at once, so many a second: what others may make us do. */

export interface Rate {
  /** At once, after a rest; count. */
  readonly burst: number
  /** From then on; count. */
  readonly perSecond: number
}

export class TokenBucket {
  readonly #rate: Rate
  readonly #elapsed: () => number
  /** Below zero: promised already. */
  #tokens: number
  #at: number

  /** @param elapsed monotonic clock, ms */
  constructor(rate: Rate, elapsed: () => number) {
    this.#rate = rate
    this.#elapsed = elapsed
    this.#tokens = rate.burst
    this.#at = elapsed()
  }

  /**
   * Take tokens, if they are due within `waitMsMax`.
   *
   * @returns ms to wait before what they are for; `undefined` when it would be too long, and then
   *   none are taken
   */
  take(count = 1, waitMsMax = 0): number | undefined {
    const waitMs = this.dueMs(count)
    if (waitMs > waitMsMax) return undefined
    this.#tokens -= count
    return waitMs
  }

  /** When so many tokens are there, ms from now. */
  dueMs(count = 1): number {
    const now = this.#elapsed()
    const earned = ((now - this.#at) / 1_000) * this.#rate.perSecond
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + earned)
    this.#at = now
    const missing = Math.max(0, count - this.#tokens)
    return Math.ceil((missing / this.#rate.perSecond) * 1_000)
  }
}
