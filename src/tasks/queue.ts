/**
 * Work that waits for room, shared out fairly among peers.
 *
 * Start-time fair queueing (Goyal, Vin, Cheng 1996): every peer has a lane, and every lane the
 * service it had so far, by its share, as virtual time. The lane that had least is next. Service is
 * charged when work begins, by what work of its skill took lately, and put right when it ends: what
 * was charged too little at once, what was charged too much with the next work, so that nobody
 * moves forward in the line. A lane that comes back after a rest starts at the virtual time of
 * whoever was served last, so it neither saved up service nor has to catch up: its first task waits
 * for those that run, and for no more than one of each other peer.
 *
 * Room is bounded by dynamic thresholds (Choudhury, Hahne 1998): a lane may be as long as there is
 * room left, and never longer than `max`. One peer fills half of all places, two a third each, and
 * so on; the next to come always finds some.
 */

import { LANES_MAX, SERVICE_MS_MIN } from './limits.ts'
import { Lane } from './lane.ts'
import type { Ahead, Waiting } from './lane.ts'

export class Queue<T extends Waiting> {
  readonly #max: number
  readonly #lanes = new Map<string, Lane<T>>()
  /** Those with work that waits, the one that was served last at the end. */
  readonly #waiting = new Set<Lane<T>>()
  /** Virtual time: what the lane that was served last had before. Never goes back. */
  #time = 0
  #size = 0
  /** Expected service of all that runs, ms. */
  #runningMs = 0
  #running = 0

  /** @param max work of one peer that may wait at a time; of all peers, twice as much */
  constructor(max: number) {
    this.#max = max
  }

  /** Tasks that wait, count. */
  get size(): number {
    return this.#size
  }

  /** Peers whose work waits, and how long the oldest does, ms. */
  waiting(now: number): { peers: number; longestMs: number } {
    const lanes = [...this.#waiting]
    return { peers: lanes.length, longestMs: Math.max(0, ...lanes.map(({ since }) => now - since)) }
  }

  /** The lane of a peer. @param share what it has from now on; 1 until somebody says otherwise */
  lane(peer: string, share?: number): Lane<T> {
    let lane = this.#lanes.get(peer)
    if (lane === undefined) {
      if (this.#lanes.size >= LANES_MAX) this.#sweep()
      lane = new Lane(peer)
      this.#lanes.set(peer, lane)
    }
    if (share !== undefined) lane.share = share
    return lane
  }

  hasRoom({ size }: Lane<T>): boolean {
    return size < Math.min(this.#max, 2 * this.#max - this.#size)
  }

  push(lane: Lane<T>, item: T): void {
    if (lane.size === 0) {
      this.#welcome(lane)
      this.#waiting.add(lane)
    }
    lane.push(item)
    this.#size++
  }

  /** The next to run; it has begun. */
  shift(): T | undefined {
    const lane = this.#next()
    const item = lane?.shift()
    if (lane === undefined || item === undefined) return undefined
    this.#size--
    this.#waiting.delete(lane)
    if (lane.size > 0) this.#waiting.add(lane)
    this.begin(lane, item.cost)
    return item
  }

  /** Work begins, whether it had to wait or not. `end` must follow. */
  begin(lane: Lane<T>, cost: number): void {
    this.#welcome(lane)
    this.#time = lane.served
    const credited = Math.max(0, Math.min(lane.credit, cost - SERVICE_MS_MIN))
    lane.credit -= credited
    lane.served += (cost - credited) / lane.share
    lane.running++
    this.#running++
    this.#runningMs += cost
  }

  /** Work that began with this cost is over, and took so long, ms. */
  end(lane: Lane<T>, cost: number, tookMs: number): void {
    lane.credit += cost - Math.max(SERVICE_MS_MIN, tookMs)
    if (lane.credit < 0) {
      lane.served -= lane.credit / lane.share
      lane.credit = 0
    }
    lane.running--
    this.#running--
    this.#runningMs = this.#running === 0 ? 0 : this.#runningMs - cost
  }

  /** Take out work that was canceled while it waited. Returns whether it was still there. */
  remove(lane: Lane<T>, item: T): boolean {
    if (!lane.remove(item)) return false
    if (lane.size === 0) this.#waiting.delete(lane)
    this.#size--
    return true
  }

  /**
   * What would run before one more task of this lane, as far as is known.
   *
   * @param own work of the lane itself that comes before it
   */
  ahead(lane: Lane<T>, own: Ahead): Ahead {
    const turn = Math.max(lane.served, this.#time) + own.ms / lane.share
    let { tasks, ms } = own
    for (const other of this.#waiting) {
      const before = (turn - other.served) * other.share
      if (other === lane || before <= 0) continue
      const part = Math.min(1, before / other.ms)
      ms += part * other.ms
      tasks += Math.ceil(part * other.size)
    }
    return { tasks, ms }
  }

  /**
   * How long work waits that has so much ahead, ms; of what runs, half is over on average.
   *
   * @param meanMs what a task takes now: what waits may have been priced before that was known
   */
  waitMs({ tasks, ms }: Ahead, capacity: number, meanMs: number): number {
    const running = Math.min(this.#runningMs, this.#running * meanMs)
    return (Math.min(ms, tasks * meanMs) + running / 2) / Math.max(1, capacity)
  }

  /** It is not behind those that are served now, and what it saved up before a rest is gone. */
  #welcome(lane: Lane<T>): void {
    if (lane.idle) lane.credit = 0
    lane.served = Math.max(lane.served, this.#time)
  }

  /** Had least; of equals the one of which fewer run, then the one that waits longer. */
  #next(): Lane<T> | undefined {
    let next: Lane<T> | undefined
    for (const lane of this.#waiting) {
      if (next === undefined || comesBefore(lane, next)) next = lane
    }
    return next
  }

  /** Forget peers without work; those that come back start anew. */
  #sweep(): void {
    for (const [peer, lane] of this.#lanes) if (lane.idle) this.#lanes.delete(peer)
  }
}

function comesBefore<T extends Waiting>(one: Lane<T>, other: Lane<T>): boolean {
  if (one.served !== other.served) return one.served < other.served
  return one.running < other.running
}
