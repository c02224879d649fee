/** How often anybody may ask about traces: under one key, and strangers of one address together. */

import type { SyncQuestion } from '../../protocol/trace-sync.ts'
import type { Rate } from '../token-bucket.ts'
import { TokenBuckets } from '../token-buckets.ts'
import type { SyncAsker } from './sync-asker.ts'

/** Under one key: questions at once, count, and then so many a second. */
const OF_ONE: Rate = { burst: 64, perSecond: 8 }
/** Strangers of one address, however many keys they make up: four of them as busy as can be. */
const OF_PLACE: Rate = { burst: 256, perSecond: 32 }
/** A list counts as so many questions: of 4,096 logs it takes some 8 ms of the processor. */
const LIST_COST = 4
/** Keys and addresses that are counted, count: several times the connections of any preset. */
const COUNTED_MAX = 1_024

export class SyncRates {
  readonly #keys: TokenBuckets
  readonly #places: TokenBuckets

  /** @param elapsed monotonic clock, ms */
  constructor(elapsed: () => number) {
    this.#keys = new TokenBuckets({ rate: OF_ONE, elapsed, max: COUNTED_MAX })
    this.#places = new TokenBuckets({ rate: OF_PLACE, elapsed, max: COUNTED_MAX })
  }

  /** One more question. @returns false when it is one too many */
  take({ peer, named, place }: SyncAsker, type: SyncQuestion['type']): boolean {
    const cost = type === 'list' ? LIST_COST : 1
    const own = this.#keys.of(peer)
    if (named) return own.take(cost) !== undefined
    if (own.dueMs(cost) > 0 || this.#places.of(place).take(cost) === undefined) return false
    return own.take(cost) !== undefined
  }
}
