/**
 * Large outputs on their way to those who asked: so many bytes at once, and no more.
 *
 * What finds no room waits its turn without its bytes, which are in the journal meanwhile. A
 * requester that reads slowly, or not at all, holds up its own outputs and few of our bytes.
 */

import type { Holdings } from './holdings.ts'

export interface Delivery {
  readonly peer: string
  readonly bytes: number
  /** There is room, which is given back when the promise settles. Must not throw or reject. */
  readonly begin: () => Promise<void>
}

export class Deliveries {
  readonly #room: Holdings
  readonly #waiting = new Set<Delivery>()

  constructor(room: Holdings) {
    this.#room = room
  }

  /** Whether anything is on its way to this peer. */
  reach(peer: string): boolean {
    return this.#room.of(peer) > 0
  }

  /** @throws PeerworkError `BUSY` unless so many bytes could leave now */
  check(peer: string, bytes: number): void {
    this.#room.check(peer, bytes)
  }

  /**
   * Begin now.
   *
   * @throws PeerworkError `BUSY`
   */
  now(delivery: Delivery): void {
    const giveBack = this.#room.take(delivery.peer, delivery.bytes)
    void delivery.begin().finally(() => {
      giveBack()
      this.#next()
    })
  }

  fits(peer: string, bytes: number): boolean {
    return this.#room.fits(peer, bytes)
  }

  /**
   * Begin as soon as there is room.
   *
   * @returns takes it out again, if it has not begun
   */
  later(delivery: Delivery): () => void {
    this.#waiting.add(delivery)
    return () => void this.#waiting.delete(delivery)
  }

  /** The oldest that fit; who is at the bound of its own does not hold up the others. */
  #next(): void {
    for (const delivery of this.#waiting) {
      if (!this.fits(delivery.peer, delivery.bytes)) continue
      this.#waiting.delete(delivery)
      this.now(delivery)
    }
  }
}
