/**
 * Quotas: how much each peer asks of this agent now, against how much it may.
 *
 * The rate is checked before a seal is opened, for opening it is most of what a refusal costs. The
 * rest is held from the announcement of an input to the end of the work.
 */

import { PeerworkError } from '../protocol/errors.ts'
import type { Role } from '../protocol/membership/role.ts'
import { retryAfter } from '../tasks/service-times.ts'
import type { Clock } from './clock.ts'
import { Holdings, INPUTS } from './holdings.ts'
import { quotaOf } from './quota.ts'
import type { Quota, QuotaOptions } from './quota.ts'
import { TokenBucket } from './token-bucket.ts'

/** Peers that are accounted for, count: as many as can be connected, and many that were. */
const ACCOUNTS_MAX = 4_096
/** How long a peer's quota counts before its roles are looked at again, ms. */
const FRESH_MS = 5_000
/** Refused tasks are told to return one after the other, as tokens come in, at most until, ms. */
const PROMISED_MS_MAX = 60_000
/** Weight of the newest duration in the running average. */
const NEWEST = 0.2

interface Account {
  readonly peer: string
  quota: Quota
  /** Missing where the rate has no limit. */
  bucket: TokenBucket | undefined
  inFlight: number
  /** How long its tasks are here, on average, ms. */
  staysMs: number | undefined
  /** When its quota was looked up, and when it asked last, ms. */
  lookedAt: number
  usedAt: number
  /** Until when tokens are spoken for by tasks that were told to return, ms. */
  promised: number
}

export interface QuotasMeans {
  readonly options: QuotaOptions
  /** Whether a peer has a role in the network; nobody has in an open one. */
  readonly has: (peer: string, role: Role) => boolean
  readonly clock: Pick<Clock, 'elapsed' | 'chance'>
}

export class Quotas {
  readonly #init: QuotasMeans
  readonly #accounts = new Map<string, Account>()
  /** What is held in all is bounded here; what one peer holds, by its quota. */
  readonly #inputs = new Holdings({ ...INPUTS, peerBytes: INPUTS.allBytes })
  #options: QuotaOptions

  constructor(init: QuotasMeans) {
    this.#init = init
    this.#options = init.options
  }

  /** From now on these; what is held stays. */
  change(options: QuotaOptions): void {
    this.#options = options
    for (const account of this.#accounts.values()) this.#look(account)
  }

  /** One more request. @throws PeerworkError `QUOTA_EXCEEDED`, fact `reason`: `rate` */
  check(peer: string): void {
    const now = this.#init.clock.elapsed()
    const account = this.#account(peer, now)
    account.usedAt = now
    if (account.bucket === undefined || account.bucket.take() !== undefined) return
    const { perSecond } = account.quota
    const begin = Math.max(account.promised, now + account.bucket.dueMs())
    account.promised = Math.min(now + PROMISED_MS_MAX, begin + 1_000 / perSecond)
    const retryAfterMs = retryAfter(begin - now, this.#init.clock.chance())
    const text = `more than ${perSecond} tasks a second`
    throw exceeded(text, { reason: 'rate', perSecond, retryAfterMs })
  }

  /**
   * One more task, with inputs of so many bytes.
   *
   * @returns gives the place back; call it once
   * @throws PeerworkError `QUOTA_EXCEEDED`, fact `reason`: `in-flight` or `bytes`; `BUSY` when all
   *   peers together hold too much
   */
  hold(peer: string, bytes: number): () => void {
    const begun = this.#init.clock.elapsed()
    const account = this.#account(peer, begun)
    const { inFlight, bytes: bytesMax } = account.quota
    if (account.inFlight >= inFlight) {
      const text = `${account.inFlight} tasks of this requester are here already`
      throw exceeded(text, { reason: 'in-flight', inFlight, retryAfterMs: this.#free(account) })
    }
    if (this.#inputs.of(peer) + bytes > bytesMax) {
      const text = `more than ${bytesMax} bytes of inputs of this requester at a time`
      throw exceeded(text, { reason: 'bytes', bytesMax, retryAfterMs: this.#free(account) })
    }
    const giveBack = this.#inputs.take(peer, bytes)
    account.inFlight++
    return () => {
      giveBack()
      account.inFlight--
      const stayed = this.#init.clock.elapsed() - begun
      const { staysMs = stayed } = account
      account.staysMs = staysMs + (stayed - staysMs) * NEWEST
    }
  }

  shareOf(peer: string): number {
    return this.#accounts.get(peer)?.quota.share ?? this.#options.all.share
  }

  /** When the next of its tasks is likely to be over, ms. */
  #free({ staysMs, inFlight }: Account): number {
    const wait = staysMs === undefined ? undefined : staysMs / Math.max(1, inFlight)
    return retryAfter(wait, this.#init.clock.chance())
  }

  #account(peer: string, now: number): Account {
    const known = this.#accounts.get(peer)
    if (known !== undefined) {
      if (now - known.lookedAt > FRESH_MS) this.#look(known)
      return known
    }
    if (this.#accounts.size >= ACCOUNTS_MAX) this.#sweep()
    const quota = this.#quotaOf(peer)
    const account: Account = {
      ...{ peer, quota, bucket: this.#bucketOf(quota), inFlight: 0, staysMs: undefined },
      ...{ lookedAt: now, usedAt: now, promised: now }
    }
    this.#accounts.set(peer, account)
    return account
  }

  /** Its roles may have changed. A bucket stays, unless its rate changes. */
  #look(account: Account): void {
    const { perSecond, burst } = account.quota
    account.lookedAt = this.#init.clock.elapsed()
    account.quota = this.#quotaOf(account.peer)
    if (perSecond === account.quota.perSecond && burst === account.quota.burst) return
    account.bucket = this.#bucketOf(account.quota)
  }

  #quotaOf(peer: string): Quota {
    return quotaOf(this.#options, peer, (role) => this.#init.has(peer, role))
  }

  #bucketOf(quota: Quota): TokenBucket | undefined {
    if (!Number.isFinite(quota.perSecond)) return undefined
    return new TokenBucket(quota, () => this.#init.clock.elapsed())
  }

  /** Forget the one that has nothing here and asked longest ago. */
  #sweep(): void {
    let oldest: Account | undefined
    for (const account of this.#accounts.values()) {
      const older = oldest === undefined || account.usedAt < oldest.usedAt
      if (account.inFlight === 0 && older) oldest = account
    }
    if (oldest !== undefined) this.#accounts.delete(oldest.peer)
  }
}

function exceeded(text: string, facts: PeerworkError['facts']): PeerworkError {
  return new PeerworkError('QUOTA_EXCEEDED', text, facts)
}
