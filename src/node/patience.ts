/**
 * Patience with strangers: how many of their requests are answered at all.
 *
 * A refusal costs more to say than the request that asks for it. Who was refused knows why; who
 * goes on asking at once is not a requester.
 */

import type { Connection } from '@libp2p/interface'

/** Refusals for one stranger, count, in each window: more than anybody reads. */
const REFUSALS_MAX = 256
const WINDOW_MS = 1_000

export class Patience {
  readonly #elapsed: () => number
  readonly #spent = new WeakMap<Connection, { since: number; count: number }>()

  /** @param elapsed a monotonic clock, ms */
  constructor(elapsed: () => number) {
    this.#elapsed = elapsed
  }

  /** Whether one more request over this connection deserves an answer. */
  lasts(connection: Connection): boolean {
    const now = this.#elapsed()
    const known = this.#spent.get(connection)
    const spent = known !== undefined && now - known.since < WINDOW_MS ? known : undefined
    if (spent === undefined) this.#spent.set(connection, { since: now, count: 1 })
    else spent.count++
    return spent === undefined || spent.count <= REFUSALS_MAX
  }
}
