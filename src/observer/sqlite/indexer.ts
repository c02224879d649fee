/** Which days wait for the search index, and when it is their turn. */

import type { Files } from './files.ts'
import { indexSome } from './search.ts'

/** While there is other work: how far the index may fall behind before it is served too, ms. */
const LAG_MS = 500
/** How long one turn of it may take then, ms. */
const TURN_MS = 250
/** What a search waits so that it finds what was just told, ms. */
const HURRY_MS = 20
/** At the end, ms; what is left is done after the next start. */
const FINISH_MS = 1_000
/** After the disk was full, ms. */
const PAUSE_MS = 1_000

export class Indexer {
  readonly #files: Files
  readonly #elapsed: () => number
  #waiting: Set<number>
  #done = 0
  #pausedUntil = 0

  constructor(files: Files, elapsed: () => number) {
    this.#files = files
    this.#elapsed = elapsed
    this.#waiting = new Set(files.touchedDays())
    this.#done = elapsed()
  }

  /** Something waits, and may be done now. */
  get isBehind(): boolean {
    return this.#waiting.size > 0 && this.#elapsed() >= this.#pausedUntil
  }

  /** Days were written to. */
  note(): void {
    for (const id of this.#files.touchedDays()) this.#waiting.add(id)
  }

  /** @param isBusy other work waits: only what is late is done, but that thoroughly */
  work(isBusy: boolean): void {
    if (isBusy && this.#elapsed() - this.#done < LAG_MS) return
    this.#index(isBusy ? TURN_MS : 0)
  }

  hurry(): void {
    this.#index(HURRY_MS)
  }

  finish(): void {
    this.#index(FINISH_MS)
  }

  /** At least one piece, and more as long as there is time. */
  #index(ms: number): void {
    if (!this.isBehind) return
    const until = this.#elapsed() + ms
    do {
      const [id] = this.#waiting
      if (id === undefined) break
      if (!this.#files.has(id) || this.#indexDay(id) === 0) this.#waiting.delete(id)
    } while (this.#elapsed() < until)
    this.#done = this.#elapsed()
  }

  #indexDay(id: number): number {
    try {
      return indexSome(this.#files.open(id))
    } catch {
      // Most likely the disk is full; what waits is in the file, and is tried again.
      this.#pausedUntil = this.#elapsed() + PAUSE_MS
      return 1
    }
  }
}
