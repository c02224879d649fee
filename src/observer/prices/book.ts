/** Finds the price of a call: by provider, model and day. */

import { readFileSync } from 'node:fs'
import { PeerworkError } from '../../protocol/errors.ts'
import type { SpanPart, Tokens } from '../model.ts'
import { LIST_PRICES } from './list.ts'
import { prices } from './price.ts'
import type { Price } from './price.ts'

const MILLION = 1_000_000
/** Ids with their provider in front, as routers write them: `openai/gpt-4o`. */
const PREFIX = /^(?:[a-z0-9.-]+\/)+/i
/** What may follow a model's name for the price to be the same: a date or a revision. */
const REVISION = /^(?:$|[-@:](?:\d|latest|preview|exp))/

export class PriceBook {
  #entries: readonly (Price & { fromUs: number })[] = []

  /** @param own entries that go before the list's */
  constructor(own: readonly Price[] = []) {
    this.replace(own)
  }

  /** Own entries, from now on. */
  replace(own: readonly Price[]): void {
    const dated = (price: Price) => ({ ...price, fromUs: Date.parse(price.from) * 1_000 })
    const newestFirst = (a: Price, b: Price): number => (a.from < b.from ? 1 : -1)
    const longest = (a: Price, b: Price): number => b.model.length - a.model.length
    const ordered = (some: readonly Price[]): Price[] =>
      some.toSorted((a, b) => longest(a, b) || newestFirst(a, b))
    this.#entries = [...ordered(own), ...ordered(LIST_PRICES)].map(dated)
  }

  /** Adds what it cost, when nobody said: `estimated` by a price, or `unknown`. */
  priced(part: SpanPart): SpanPart {
    if (part.kind !== 'model' || part.cost !== undefined || part.tokens === undefined) return part
    const { model = '', provider, endUs, startUs } = part
    const found = this.find(model, provider, endUs ?? startUs ?? Infinity)
    if (found === undefined) return { ...part, costSource: 'unknown' }
    return { ...part, cost: costOf(part.tokens, found), costSource: 'estimated' }
  }

  find(model: string, provider: string | undefined, atUs: number): Price | undefined {
    const name = model.toLowerCase().replace(PREFIX, '')
    const by = provider?.toLowerCase()
    return this.#entries.find((entry) => {
      if (entry.fromUs > atUs) return false
      if (entry.provider !== undefined && entry.provider !== by) return false
      if (entry.model === '') return true
      const own = entry.model.toLowerCase()
      return name.startsWith(own) && REVISION.test(name.slice(own.length))
    })
  }
}

/** US dollars. Cached tokens are a part of the input, and paid at their own price. */
export function costOf(tokens: Tokens, price: Price): number {
  const { input = 0, output = 0, cacheRead = 0, cacheWrite = 0 } = tokens
  const plain = Math.max(0, input - cacheRead - cacheWrite)
  const sum =
    plain * price.input +
    cacheRead * (price.cacheRead ?? price.input) +
    cacheWrite * (price.cacheWrite ?? price.input) +
    output * price.output
  return sum / MILLION
}

/** An operator's table, a JSON array. @throws PeerworkError `BAD_OPTION` */
export function readPrices(path: string): readonly Price[] {
  try {
    return prices.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    const why = (error as Error).message
    throw new PeerworkError('BAD_OPTION', `no table of prices: ${why}`, { path }, error)
  }
}
