/** What is held of one log while a group of batches is added: read once, written once. */

import type { Ingested, KeptBatch } from '../store.ts'

/** A batch as far as it says which numbers are held. */
export interface Held {
  readonly first: number
  readonly count: number
  readonly digest: string
}
export interface Span {
  readonly low: number
  readonly high: number
}

export class LogDraft {
  readonly by: string
  readonly boot: string
  readonly added: KeptBatch[] = []
  readonly forks: { first: number; digest: string }[] = []
  /** Ranges to take away, by where they begin. */
  readonly gone = new Set<number>()
  readonly fresh = new Map<number, Span>()
  duplicates = 0
  late = 0
  readonly #batches: Held[] = []
  readonly #ranges: Span[] = []
  #last = -1

  constructor({ by, boot }: Pick<KeptBatch, 'by' | 'boot'>) {
    this.by = by
    this.boot = boot
  }

  /** What the tables have of the numbers that the group brings, and beside them. */
  know({ batches, ranges, last }: { batches: Held[]; ranges: Span[]; last: number }): void {
    this.#batches.push(...batches)
    this.#ranges.push(...ranges)
    this.#last = Math.max(this.#last, last)
  }

  /**
   * Whoever seals numbers once never seals them again in other bytes, so another digest for any of
   * them is a fork. What retention took was held once: then no more can be said.
   */
  add(batch: KeptBatch): Ingested {
    const verdict = this.#judge(batch)
    if (verdict === 'known') this.duplicates += batch.count
    else this.#hold(batch)
    return verdict
  }

  #judge({ first, count, digest }: KeptBatch): Ingested {
    const end = first + count
    if (this.#batches.some((one) => one.first === first && one.digest === digest)) return 'known'
    const meets = this.#ranges.filter(({ low, high }) => low < end && high > first)
    if (meets.length === 0) return 'new'
    if (this.#overlapping(first, end).length > 0) return 'forked'
    return meets.some(({ low, high }) => low <= first && high >= end) ? 'known' : 'new'
  }

  #overlapping(first: number, end: number): Held[] {
    return this.#batches.filter((one) => one.first < end && one.first + one.count > first)
  }

  #hold(batch: KeptBatch): void {
    const { first, count, digest } = batch
    const end = first + count
    for (const other of this.#overlapping(first, end)) {
      if (other.digest === digest) continue
      const at = Math.max(other.first, first)
      this.forks.push({ first: at, digest }, { first: at, digest: other.digest })
    }
    this.#batches.push({ first, count, digest })
    this.added.push(batch)
    if (this.#last > end) this.late += count
    this.#last = Math.max(this.#last, end)
    this.#join({ low: first, high: end })
  }

  /** Ranges that touch are one. */
  #join({ low, high }: Span): void {
    const touching = this.#ranges.filter((range) => range.low <= high && range.high >= low)
    for (const range of touching) {
      this.#ranges.splice(this.#ranges.indexOf(range), 1)
      if (!this.fresh.delete(range.low)) this.gone.add(range.low)
    }
    const joined = {
      low: Math.min(low, ...touching.map((range) => range.low)),
      high: Math.max(high, ...touching.map((range) => range.high))
    }
    this.#ranges.push(joined)
    this.fresh.set(joined.low, joined)
  }
}
