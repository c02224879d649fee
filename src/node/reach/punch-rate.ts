/**
 * How often others may make us punch. Each punch is a few attempts to dial an address that a peer
 * names, so an unbounded number of them would be a way to knock at other people's doors through us.
 */

import { PeerworkError } from '../../protocol/errors.ts'
import { TokenBucket } from '../token-bucket.ts'

/** One peer tries three times over a link, and a link lives some minutes. */
const OF_ONE = { burst: 3, perSecond: 1 / 60 } as const
/** All of them together, as after an outage of a relay. */
const OF_ALL = { burst: 16, perSecond: 0.5 } as const
/** Peers that are counted, count: several times the connections of any preset. */
const COUNTED_MAX = 1_024

export class PunchRate {
  readonly #elapsed: () => number
  readonly #all: TokenBucket
  readonly #rates = new Map<string, TokenBucket>()

  constructor(elapsed: () => number) {
    this.#elapsed = elapsed
    this.#all = new TokenBucket(OF_ALL, elapsed)
  }

  /** @throws PeerworkError `BUSY` */
  admit(peer: string): void {
    const rate = this.#rates.get(peer) ?? new TokenBucket(OF_ONE, this.#elapsed)
    this.#rates.delete(peer)
    this.#rates.set(peer, rate)
    const [oldest = ''] = this.#rates.keys()
    if (this.#rates.size > COUNTED_MAX) this.#rates.delete(oldest)
    if (rate.take() !== undefined && this.#all.take() !== undefined) return
    throw new PeerworkError('BUSY', 'too many holes to punch', { retryAfterMs: 60_000 })
  }
}
