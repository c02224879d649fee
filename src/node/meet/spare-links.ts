/**
 * Links that were made for a task, beyond those an agent wants anyway: kept for the next task, and
 * closed when they are idle for a while, or when there are too many. Only the side that dialled
 * closes one, so that two agents never undo what the other wants.
 */

import type { Clock } from '../clock.ts'
import type { KnownPeer, Peers } from '../peers.ts'

/** Made for tasks and kept, count: with the wanted ones they cost some 15 MB. */
export const SPARE_MAX = 24
/** Without a task for so long one is closed, ms: dialling again takes a tenth of a second. */
const IDLE_MS_MAX = 60_000
/** One that was just used is not closed to make room, ms: its peer may have the next task ready. */
const FRESH_MS = 2_000
/** How often it is looked, ms. */
const LOOK_EVERY_MS = 1_000

export interface SpareLinksOptions {
  readonly clock: Pick<Clock, 'elapsed'>
  readonly peers: Peers
  /** Whether tasks of or for this peer run now. */
  readonly busy: (id: string) => boolean
  /** Close it, and do not seek the peer again. */
  readonly part: (peer: KnownPeer) => void
}

export class SpareLinks {
  readonly #options: SpareLinksOptions
  /** When each was used last, by the monotonic clock; the longest unused first. */
  readonly #used = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: SpareLinksOptions) {
    this.#options = options
  }

  /** A link to this peer is being made for a task. */
  note(id: string): void {
    this.#touch(id)
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS).unref()
  }

  /** Whether a link is one of these. */
  has(id: string): boolean {
    return this.#used.has(id)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const { clock, peers, busy, part } = this.#options
    const now = clock.elapsed()
    for (const id of [...this.#used.keys()]) if (busy(id)) this.#touch(id)
    for (const [id, used] of [...this.#used]) {
      const idle = now - used
      const peer = peers.get(id)
      if (peer === undefined || peer.connection.direction === 'inbound') {
        // It never came, has gone, or is the other side's to close.
        if (idle > IDLE_MS_MAX) this.#used.delete(id)
        continue
      }
      const excess = this.#used.size > SPARE_MAX && idle > FRESH_MS
      if (!excess && idle <= IDLE_MS_MAX) continue
      this.#used.delete(id)
      part(peer)
    }
    if (this.#used.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #touch(id: string): void {
    this.#used.delete(id)
    this.#used.set(id, this.#options.clock.elapsed())
  }
}
