/**
 * How often a producer was caught lying, and which of the findings are told.
 *
 * Sealing a batch that does not fit costs a producer nothing, and a fact and a line in the log for
 * each would fill the disk. The first ones are told whole; from then on one whenever their number
 * has doubled, with that number, so that what is not told is still known.
 */

import { TokenBucket } from '../../node/token-bucket.ts'
import type { LogName } from '../../node/trace/api.ts'
import type { Finding } from './finding.ts'

/** Told whole, of one kind and one start of a producer, count. */
const OF_START_MAX = 8
/** Told whole, of one kind and one producer, count: an agent is started anew in no time. */
const OF_PRODUCER_MAX = 64
/** Told of all producers, count, and then a second: keys cost nothing. */
const OF_ALL = { burst: 1_024, perSecond: 1 } as const
/** Starts and producers that are counted, count, some 200 bytes each; the oldest begin anew. */
const COUNTED_MAX = 8_192

export interface Found {
  /** The how-manieth of its kind it is, of this start. */
  readonly count: number
  readonly told: boolean
}

export class Findings {
  readonly #counts = new Map<string, number>()
  readonly #all: TokenBucket

  /** @param elapsed monotonic clock, ms */
  constructor(elapsed: () => number) {
    this.#all = new TokenBucket(OF_ALL, elapsed)
  }

  note(type: Finding['type'], { by, boot }: LogName): Found {
    const count = this.#count(`${type} ${by} ${boot}`)
    const ofProducer = this.#count(`${type} ${by}`)
    const told =
      ofProducer > OF_PRODUCER_MAX
        ? hasDoubled(ofProducer)
        : count <= OF_START_MAX || hasDoubled(count)
    return { count, told: told && this.#all.take() !== undefined }
  }

  #count(key: string): number {
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.delete(key)
    this.#counts.set(key, count)
    const [oldest = ''] = this.#counts.keys()
    if (this.#counts.size > COUNTED_MAX) this.#counts.delete(oldest)
    return count
  }
}

const hasDoubled = (count: number): boolean => (count & (count - 1)) === 0
