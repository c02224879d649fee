/**
 * What has waited long enough, by the monotonic clock: a wall clock that is set back makes nobody
 * wait for longer, nor does one that is set forward send what is not whole yet.
 */

interface Look {
  /** By the monotonic clock, ms. */
  readonly at: number
  /** The last that was there then. */
  readonly seq: number
}

export class Settled {
  readonly #waitMs: number
  #looks: Look[]

  /** @param seq the last that was there before, and has waited already */
  constructor(waitMs: number, seq: number) {
    this.#waitMs = waitMs
    this.#looks = [{ at: -Infinity, seq }]
  }

  /**
   * The last number that was there `waitMs` ago, as far as somebody looked then.
   *
   * @param now by the monotonic clock, ms @param seq the last that is there
   */
  look(now: number, seq: number): number {
    if (this.#looks.at(-1)?.seq !== seq) this.#looks.push({ at: now, seq })
    const over = this.#looks.findLastIndex(({ at }) => at <= now - this.#waitMs)
    this.#looks = this.#looks.slice(Math.max(0, over))
    return this.#looks[0]?.seq ?? 0
  }
}
