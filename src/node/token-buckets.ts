/** A token bucket for each of many who may be made up: only so many are remembered. */

import { TokenBucket } from './token-bucket.ts'
import type { Rate } from './token-bucket.ts'

export interface TokenBucketsOptions {
  readonly rate: Rate
  /** Monotonic clock, ms. */
  readonly elapsed: () => number
  /** Count; who was asked about longest ago begins anew. */
  readonly max: number
}

export class TokenBuckets {
  readonly #options: TokenBucketsOptions
  readonly #buckets = new Map<string, TokenBucket>()

  constructor(options: TokenBucketsOptions) {
    this.#options = options
  }

  of(key: string): TokenBucket {
    const { rate, elapsed, max } = this.#options
    const bucket = this.#buckets.get(key) ?? new TokenBucket(rate, elapsed)
    this.#buckets.delete(key)
    this.#buckets.set(key, bucket)
    const [oldest = ''] = this.#buckets.keys()
    if (this.#buckets.size > max) this.#buckets.delete(oldest)
    return bucket
  }
}
