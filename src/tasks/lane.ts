/** The work of one peer: what waits, by priority, and how much service it had. */

import type { Priority } from '../protocol/message/task.ts'

export interface Waiting {
  readonly priority: Priority
  /** Expected service, ms; above 0. */
  readonly cost: number
  /** Since when it waits, ms by a monotonic clock. */
  readonly accepted: number
}

/** Work that comes first. */
export interface Ahead {
  readonly tasks: number
  /** Expected service, ms. */
  readonly ms: number
}

const RANKS: Readonly<Record<Priority, 0 | 1 | 2>> = { high: 0, normal: 1, low: 2 }

export class Lane<T extends Waiting> {
  readonly peer: string
  /** Of two lanes that wait, one with twice the share gets twice the service. */
  share = 1
  /** Service it had for its share, virtual ms: who had least is next. Never goes back. */
  served = 0
  /** Service it was charged for and did not need, ms: the next work costs so much less. */
  credit = 0
  /** Tasks of this peer that run, count. */
  running = 0
  readonly #ranks: readonly [T[], T[], T[]] = [[], [], []]
  readonly #ms: [number, number, number] = [0, 0, 0]
  #size = 0

  constructor(peer: string) {
    this.peer = peer
  }

  /** Tasks that wait, count. */
  get size(): number {
    return this.#size
  }

  /** Expected service of all that waits, ms. */
  get ms(): number {
    const [high, normal, low] = this.#ms
    return high + normal + low
  }

  get idle(): boolean {
    return this.#size === 0 && this.running === 0
  }

  /** Since when the oldest waits, ms by the clock of `accepted`. */
  get since(): number {
    return Math.min(...this.#ranks.map(([first]) => first?.accepted ?? Number.POSITIVE_INFINITY))
  }

  push(item: T): void {
    const rank = RANKS[item.priority]
    this.#ranks[rank].push(item)
    this.#ms[rank] += item.cost
    this.#size++
  }

  /** The first of the highest priority. */
  shift(): T | undefined {
    for (const items of this.#ranks) {
      const item = items.shift()
      if (item === undefined) continue
      this.#left(item)
      return item
    }
    return undefined
  }

  /** Returns whether it was there. */
  remove(item: T): boolean {
    const items = this.#ranks[RANKS[item.priority]]
    const at = items.indexOf(item)
    if (at < 0) return false
    items.splice(at, 1)
    this.#left(item)
    return true
  }

  /** Own work that one more task of this priority would wait for. */
  ahead(priority: Priority): Ahead {
    let tasks = 0
    let ms = 0
    for (let rank = RANKS[priority]; rank >= 0; rank--) {
      tasks += this.#ranks[rank].length
      ms += this.#ms[rank]
    }
    return { tasks, ms }
  }

  #left({ priority, cost }: T): void {
    const rank = RANKS[priority]
    this.#size--
    // Sums of fractions drift; an empty rank is exactly nothing.
    this.#ms[rank] = this.#ranks[rank].length === 0 ? 0 : this.#ms[rank] - cost
  }
}
