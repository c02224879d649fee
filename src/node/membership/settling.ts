/**
 * Settling in after a start: whoever was away may not know yet who was put out meanwhile.
 *
 * Until its roster was compared with that of one other member, an agent lets sessions wait, but not
 * for long: the one that asks may be the only other one that is up.
 */

import type { AgentId } from '../../protocol/identity.ts'

/** How long after the start sessions may have to wait, ms: peers are found within a second. */
const SETTLE_MS = 3_000

export interface SettlingOptions {
  /** Monotonic clock, ms. */
  readonly elapsed: () => number
  /** Whether there is any other member, besides this one and us, who could know more. */
  readonly hasOthers: (peer: AgentId) => boolean
}

export class Settling {
  readonly #options: SettlingOptions
  readonly #since: number
  readonly #met = new Set<AgentId>()
  readonly #waiting = new Set<() => void>()

  constructor(options: SettlingOptions) {
    this.#options = options
    this.#since = options.elapsed()
  }

  /** Rosters were compared with this peer. */
  met(peer: AgentId): void {
    if (this.#met.size < 2) this.#met.add(peer)
    for (const wake of this.#waiting) wake()
  }

  /** Nothing when this peer can be dealt with now; else what to wait for, never long. */
  before(peer: AgentId): Promise<void> | undefined {
    if (this.#isSettled(peer)) return undefined
    return this.#wait(peer)
  }

  #isSettled(peer: AgentId): boolean {
    const { elapsed, hasOthers } = this.#options
    const others = this.#met.has(peer) ? this.#met.size - 1 : this.#met.size
    return others > 0 || elapsed() - this.#since >= SETTLE_MS || !hasOthers(peer)
  }

  async #wait(peer: AgentId): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const rest = SETTLE_MS - (this.#options.elapsed() - this.#since)
    const timer = setTimeout(resolve, Math.max(0, rest))
    const wake = (): void => {
      if (this.#isSettled(peer)) resolve()
    }
    this.#waiting.add(wake)
    await promise
    this.#waiting.delete(wake)
    clearTimeout(timer)
  }
}
