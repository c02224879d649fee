/**
 * Where everything comes in: priced, stored, and only then told to whoever looks on.
 *
 * `take` resolves when the store has it for good, so what a sender was told is safe is safe.
 */

import { PeerworkError } from '../protocol/errors.ts'
import type { PriceBook } from './prices/book.ts'
import type { Ingest, Ingested, TraceStore } from './store.ts'

/** Entries that may wait for the store, count: more would only grow the memory. */
const WAITING_MAX = 20_000
/** What a sender is told to wait when there are more, ms. */
const RETRY_AFTER_MS = 1_000

export class Intake {
  readonly #store: TraceStore
  readonly #prices: PriceBook
  readonly #listeners = new Set<(entries: readonly Ingest[]) => void>()
  #waiting = 0

  constructor(store: TraceStore, prices: PriceBook) {
    this.#store = store
    this.#prices = prices
  }

  /** @throws PeerworkError `BUSY` with `retryAfterMs`, `STORE_FULL`, `STORE_FAILED` */
  async take(entries: readonly Ingest[]): Promise<readonly Ingested[]> {
    const { priced, answers } = await this.#stored(entries)
    const fresh = priced.filter((_, index) => answers[index] !== 'known')
    if (fresh.length > 0) for (const listener of this.#listeners) listener(fresh)
    return answers
  }

  /** The same, and nobody is told: for what is made up. @throws as `take` does */
  async keep(entries: readonly Ingest[]): Promise<readonly Ingested[]> {
    return (await this.#stored(entries)).answers
  }

  async #stored(entries: readonly Ingest[]) {
    if (this.#waiting > WAITING_MAX) {
      const facts = { retryAfterMs: RETRY_AFTER_MS }
      throw new PeerworkError('BUSY', `${this.#waiting} messages wait to be stored`, facts)
    }
    this.#waiting += entries.length
    try {
      const priced = entries.map((entry) => this.#priced(entry))
      return { priced, answers: await this.#store.ingest(priced) }
    } finally {
      this.#waiting -= entries.length
    }
  }

  /** Told of everything new, once it is stored; returns how to stop. */
  listen(listener: (entries: readonly Ingest[]) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #priced(entry: Ingest): Ingest {
    const spans = entry.spans.map((part) => this.#prices.priced(part))
    return spans.some((part, index) => part !== entry.spans[index]) ? { ...entry, spans } : entry
  }
}
