/**
 * An operator's own prices: a file in the data directory, read at the start, that can be changed
 * while the observer runs. What was priced before stays as it is.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { remember } from '../../node/home.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import { PriceBook, readPrices } from './book.ts'
import { prices } from './price.ts'
import type { Price, PriceKey } from './price.ts'

export const PRICES_FILE = 'prices.json'

export class OwnPrices {
  readonly file: string
  readonly #dir: string
  /** As they are found by; it follows every change. */
  readonly book = new PriceBook()
  #entries: readonly Price[] = []

  /** @throws PeerworkError `BAD_OPTION` for a file that cannot be read */
  constructor(dir: string) {
    this.#dir = dir
    this.file = join(dir, PRICES_FILE)
    this.#read()
  }

  get entries(): readonly Price[] {
    return this.#entries
  }

  /**
   * Set one, in the place of one of the same model, provider and day.
   *
   * @throws PeerworkError `BAD_OPTION` for too many, or when somebody wrote nonsense into the file;
   *   `STORE_FULL`, `STORE_FAILED`
   */
  set(price: Price): void {
    this.#write([...this.#others(price), price])
  }

  /** @returns false when there is none of this key @throws PeerworkError as `set` does */
  remove(key: PriceKey): boolean {
    const others = this.#others(key)
    if (others.length === this.#entries.length) return false
    this.#write(others)
    return true
  }

  /** All but one, by the file: it may have been edited by hand since the start. */
  #others({ model, provider, from }: PriceKey): readonly Price[] {
    this.#read()
    return this.#entries.filter(
      (one) => one.model !== model || one.provider !== provider || one.from !== from
    )
  }

  #read(): void {
    this.#count(existsSync(this.file) ? readPrices(this.file) : [])
  }

  #count(entries: readonly Price[]): void {
    this.#entries = entries
    this.book.replace(entries)
  }

  #write(entries: readonly Price[]): void {
    const { success, error } = prices.safeParse(entries)
    if (!success) throw new PeerworkError('BAD_OPTION', error.issues[0]?.message ?? 'no prices')
    try {
      remember(this.#dir, PRICES_FILE, JSON.stringify(entries, null, 2))
    } catch (thrown) {
      const full = (thrown as NodeJS.ErrnoException).code === 'ENOSPC'
      const why = `the prices were not kept: ${(thrown as Error).message}`
      const facts = { path: this.file }
      throw new PeerworkError(full ? 'STORE_FULL' : 'STORE_FAILED', why, facts, thrown)
    }
    this.#count(entries)
  }
}
