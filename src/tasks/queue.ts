/**
 * Work that waits for room: bounded, first come first served among the work of one peer, and one
 * from each peer in turn among peers, so that nobody fills the queue for everybody else.
 */

interface Waiting {
  readonly from: string
}

/** Wait that a refused requester is told when nothing is known yet, ms. */
const RETRY_MS_UNKNOWN = 1_000
const RETRY_MS_MIN = 50
const RETRY_MS_MAX = 60_000
/** Weight of the newest duration in the running average. */
const NEWEST = 0.2

export class Queue<T extends Waiting> {
  readonly #max: number
  readonly #byPeer = new Map<string, T[]>()
  #size = 0
  #averageMs: number | undefined

  /** @param max work that may wait at a time */
  constructor(max: number) {
    this.#max = max
  }

  get size(): number {
    return this.#size
  }

  get full(): boolean {
    return this.#size >= this.#max
  }

  push(item: T): void {
    const own = this.#byPeer.get(item.from)
    if (own === undefined) this.#byPeer.set(item.from, [item])
    else own.push(item)
    this.#size++
  }

  /** The next to run; its peer goes to the end of the line. */
  shift(): T | undefined {
    for (const [from, own] of this.#byPeer) {
      const item = own.shift()
      this.#byPeer.delete(from)
      if (own.length > 0) this.#byPeer.set(from, own)
      if (item === undefined) continue
      this.#size--
      return item
    }
    return undefined
  }

  /** Take out work that was canceled while it waited. Returns whether it was still there. */
  remove(item: T): boolean {
    const own = this.#byPeer.get(item.from)
    const at = own?.indexOf(item) ?? -1
    if (own === undefined || at < 0) return false
    own.splice(at, 1)
    if (own.length === 0) this.#byPeer.delete(item.from)
    this.#size--
    return true
  }

  /** Work took this long, ms. */
  learn(ms: number): void {
    this.#averageMs = this.#averageMs === undefined ? ms : lean(this.#averageMs, ms)
  }

  /** When asking again makes sense: about half of what waits has run by then. */
  retryAfterMs(capacity: number): number {
    if (this.#averageMs === undefined) return RETRY_MS_UNKNOWN
    const estimate = (this.#averageMs * (this.#size / 2 + 1)) / Math.max(1, capacity)
    return Math.round(Math.min(RETRY_MS_MAX, Math.max(RETRY_MS_MIN, estimate)))
  }
}

const lean = (average: number, newest: number): number => average + (newest - average) * NEWEST
