/** Long work in steps, so that others are answered in between. */

import { setImmediate as next } from 'node:timers/promises'

/** How long the loop may be held at once, ms: nobody notices that an answer came so much later. */
const STEP_MS = 10

export class Pace {
  readonly #elapsed: () => number
  #since: number

  /** @param elapsed ms, of a clock that only goes forward */
  constructor(elapsed: () => number) {
    this.#elapsed = elapsed
    this.#since = elapsed()
  }

  /** Whether it is time to let others go first. */
  get isDue(): boolean {
    return this.#elapsed() - this.#since >= STEP_MS
  }

  async rest(): Promise<void> {
    await next()
    this.#since = this.#elapsed()
  }
}
