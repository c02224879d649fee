/** Requests that are worked on, so that one key cannot hold every connection with slow bodies. */

import { PeerworkError } from '../../protocol/errors.ts'

/** Of one key or person at once, count: a third of the connections. */
const OF_ONE_MAX = 64
/** What is told to one more, ms. */
const RETRY_AFTER_MS = 1_000

export class InFlight {
  readonly #of = new Map<string, number>()

  /** Counts until it is disposed. @throws PeerworkError `BUSY` with `retryAfterMs` */
  enter(who: string): Disposable {
    const own = this.#of.get(who) ?? 0
    if (own >= OF_ONE_MAX) {
      const facts = { retryAfterMs: RETRY_AFTER_MS }
      throw new PeerworkError('BUSY', `${own} requests of yours are under way`, facts)
    }
    this.#of.set(who, own + 1)
    return { [Symbol.dispose]: () => this.#leave(who) }
  }

  #leave(who: string): void {
    const left = (this.#of.get(who) ?? 1) - 1
    if (left > 0) this.#of.set(who, left)
    else this.#of.delete(who)
  }
}
