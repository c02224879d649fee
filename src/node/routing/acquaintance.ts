/** What the tasks since the start tell of each peer: how busy, how far, how tired of us. */

/** How much the newest measurement of a round trip counts. */
const NEWEST = 0.2
/** A peer that asks for more patience than this is asked again all the same, ms. */
const REST_MS_MAX = 30_000
/** How long one that does not say is left alone, ms. */
const REST_MS = 1_000
/**
 * Peers that something is known of, count: more than are connected. One that says that it is full
 * while it leaves is noted behind its farewell, and nothing would ever take it out.
 */
const KNOWN_MAX = 512

interface Known {
  /** Tasks of ours that run there. */
  busy: number
  rttMs: number | undefined
  /** Left alone until then, by the monotonic clock. */
  restsUntil: number
}

export class Acquaintances {
  readonly #known = new Map<string, Known>()
  readonly #elapsed: () => number

  constructor(elapsed: () => number) {
    this.#elapsed = elapsed
  }

  /** A task of ours begins there, or is over. */
  count(peer: string, change: 1 | -1): void {
    const known = this.#of(peer)
    known.busy += change
    // Nothing else is known of one that left meanwhile.
    if (known.busy === 0 && known.rttMs === undefined && known.restsUntil === 0) {
      this.#known.delete(peer)
    }
  }

  /** Peers that something is known of, count. */
  get size(): number {
    return this.#known.size
  }

  readonly busyAt = (peer: string): number => this.#known.get(peer)?.busy ?? 0

  /** The time from a request to its acceptance. */
  measured(peer: string, ms: number): void {
    const known = this.#of(peer)
    known.rttMs = known.rttMs === undefined ? ms : known.rttMs + NEWEST * (ms - known.rttMs)
  }

  readonly rttOf = (peer: string): number | undefined => this.#known.get(peer)?.rttMs

  /** It is full. @param ms as long as it asked for */
  rest(peer: string, ms: unknown): void {
    const asked = typeof ms === 'number' && ms >= 0 ? ms : REST_MS
    this.#of(peer).restsUntil = this.#elapsed() + Math.min(asked, REST_MS_MAX)
  }

  readonly restsNow = (peer: string): boolean => {
    const known = this.#known.get(peer)
    return known !== undefined && known.restsUntil > 0 && known.restsUntil > this.#elapsed()
  }

  /** It left; what was measured was of that connection. */
  forget(peer: string): void {
    const known = this.#known.get(peer)
    if (known === undefined) return
    if (known.busy === 0) this.#known.delete(peer)
    else {
      known.rttMs = undefined
      known.restsUntil = 0
    }
  }

  #of(peer: string): Known {
    let known = this.#known.get(peer)
    if (known === undefined) {
      if (this.#known.size >= KNOWN_MAX) this.#makeRoom()
      known = { busy: 0, rttMs: undefined, restsUntil: 0 }
      this.#known.set(peer, known)
    }
    return known
  }

  /** The one known longest where no task of ours runs. */
  #makeRoom(): void {
    for (const [peer, { busy }] of this.#known) {
      if (busy > 0) continue
      this.#known.delete(peer)
      return
    }
  }
}
