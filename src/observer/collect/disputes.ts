/**
 * Disputes: a holder has another batch than ours at one place. The other one is fetched, as the
 * proof that their producer lied.
 *
 * What a list says is hearsay, and inventing a dispute costs nothing. So a list gives a few
 * questions at most, each dispute is looked into once, and a holder makes us ask every half minute
 * in the long run; the questions wait for the same turns as all others.
 */

import type { Clock } from '../../node/clock.ts'
import { TokenBuckets } from '../../node/token-buckets.ts'
import type { HeldLog, LogAsk } from '../../node/trace/api.ts'
import { common } from '../../node/trace/ranges.ts'
import { SYNC_RANGES_MAX } from '../../protocol/constants.ts'
import type { TraceStore } from '../store.ts'
import type { KnownLog } from './known-log.ts'
import type { KnownLogs } from './known-logs.ts'

/** Disputes that are remembered, so that each is looked into once, count. */
const REMEMBERED_MAX = 1_024
/** Batches read to compare one list with, count: the newest of that many busy producers. */
const COMPARED_MAX = 256
/** Questions for one holder, count, and then a second: each may be answered with 30 MB. */
const OF_ONE_HOLDER = { burst: 16, perSecond: 1 / 30 } as const
/** Holders that are counted, count: several times the connections of any preset. */
const HOLDERS_MAX = 1_024

export interface DisputesOptions {
  readonly clock: Pick<Clock, 'elapsed'>
  readonly logs: KnownLogs
  readonly store: Pick<TraceStore, 'batches'>
}

export interface Dispute {
  readonly ask: LogAsk
  /** It could not be looked into: the next list may bring it again. */
  forget(): void
}

export class Disputes {
  readonly #options: DisputesOptions
  readonly #known = new Set<string>()
  readonly #rates: TokenBuckets

  constructor(options: DisputesOptions) {
    this.#options = options
    const { elapsed } = options.clock
    this.#rates = new TokenBuckets({ rate: OF_ONE_HOLDER, elapsed, max: HOLDERS_MAX })
  }

  /** What to ask a holder because of its list, at most so many questions. */
  async of(holder: string, list: readonly HeldLog[], max: number): Promise<Dispute[]> {
    const disputes: Dispute[] = []
    const left = { compared: COMPARED_MAX }
    for (const held of list) {
      if (disputes.length >= max) break
      const dispute = await this.#look(holder, held, left)
      if (dispute !== undefined) disputes.push(dispute)
    }
    return disputes
  }

  async #look(
    holder: string,
    held: HeldLog,
    left: { compared: number }
  ): Promise<Dispute | undefined> {
    const { by, boot, tip, forks } = held
    const log = this.#options.logs.get(held)
    if (log === undefined) return undefined
    const ranges = forks.filter((first) => !log.forks.has(first)).map(numbersFrom)
    if (tip !== undefined && (await this.#differs(log, tip, left))) {
      ranges.push({ from: 0, to: tip.first + 1 })
    }
    const wanted = common(held.ranges, ranges).slice(-SYNC_RANGES_MAX)
    const key = `${holder} ${by} ${boot} ${tip?.digest ?? ''} ${forks.join()}`
    if (wanted.length === 0 || this.#known.has(key)) return undefined
    if (this.#rates.of(holder).take() === undefined) return undefined
    this.#known.add(key)
    const [oldest = ''] = this.#known
    if (this.#known.size > REMEMBERED_MAX) this.#known.delete(oldest)
    return { ask: { by, boot, ranges: wanted }, forget: () => void this.#known.delete(key) }
  }

  async #differs(
    log: KnownLog,
    { first, digest }: NonNullable<HeldLog['tip']>,
    left: { compared: number }
  ): Promise<boolean> {
    if (!log.held.some(({ from, to }) => from <= first && first < to)) return false
    if (log.tip?.first === first) return log.tip.digest !== digest && !log.forks.has(first)
    if (left.compared-- <= 0) return false
    const range = { from: first, to: first + 1 }
    const own = await this.#options.store.batches(log.by, log.boot, range, 2)
    return own.length > 0 && own.every((batch) => batch.digest !== digest)
  }
}

const numbersFrom = (first: number) => ({ from: first, to: first + 1 })
