/**
 * What an agent notices in passing, for its diagnosis: other clocks, refusals, copies of itself.
 *
 * Everything here is told by strangers or about them, so every table is bounded, and old news goes.
 */

import { CARD_LIFE_MS } from '../../protocol/constants.ts'
import type { ErrorCode, PeerworkError } from '../../protocol/errors.ts'
import type { Clock } from '../clock.ts'
import type { Counters } from '../counters.ts'

/** Peers whose clock is remembered, count: more than any median needs. */
const CLOCKS_MAX = 256
/** How long a reading counts, ms: cards come every five minutes, and clocks get corrected. */
const CLOCK_AGE_MS_MAX = 6 * 60_000
/** Refusals remembered, count: one a peer and code. */
const REFUSALS_MAX = 256
/** How long a refusal is news, ms. */
const REFUSAL_AGE_MS_MAX = 15 * 60_000

/** How far another clock is ahead of this one. */
export interface ClockReading {
  readonly peer: string
  /** Its name, when its card was read. */
  readonly name: string | null
  /** ms; negative: behind. */
  readonly aheadMs: number
}

export interface Refusal {
  readonly peer: string
  readonly code: ErrorCode
  readonly why: string
  /** Who refused whom. */
  readonly by: 'us' | 'them'
  /** ms since 1970 */
  readonly at: number
}

interface Aged {
  /** By the monotonic clock, ms. */
  readonly read: number
}

export class Observed {
  readonly #clock: Pick<Clock, 'now' | 'elapsed'>
  readonly #counters: Counters
  readonly #clocks = new Map<string, ClockReading & Aged>()
  readonly #refusals = new Map<string, Refusal & Aged>()
  #copy: { where: string; at: number } | undefined
  #announced = 0

  constructor(clock: Pick<Clock, 'now' | 'elapsed'>, counters: Counters) {
    this.#clock = clock
    this.#counters = counters
  }

  /** A peer says what time it is, in something it has just signed. */
  clockOf(peer: string, name: string | null, time: number): void {
    this.#read({ peer, name, aheadMs: time - this.#clock.now() })
  }

  /**
   * A peer was turned away, or turned us away. What the refusal tells of its clock is read too.
   *
   * @param by who refused
   */
  refused(peer: string, error: PeerworkError, by: Refusal['by']): void {
    const { code, message: why } = error
    this.#counters.count('peers_refused', { code, by })
    const read = this.#clock.elapsed()
    const key = `${peer} ${code} ${by}`
    this.#refusals.delete(key)
    this.#refusals.set(key, { peer, code, why, by, at: this.#clock.now(), read })
    if (this.#refusals.size > REFUSALS_MAX) dropOldest(this.#refusals)
    const aheadMs = skewOf(error)
    if (aheadMs !== undefined)
      this.#read({ peer, name: null, aheadMs: by === 'us' ? aheadMs : -aheadMs })
  }

  /** A stream of a peer was not served. */
  unserved(protocol: string, code: ErrorCode): void {
    this.#counters.count('streams_refused', { protocol, code })
  }

  /** A dial ended with a refusal: theirs, unless it was ours and has been told already. */
  refusedAtDial(peer: string, error: PeerworkError): void {
    const ours = this.#refusals.get(`${peer} ${error.code} us`)
    if (ours?.why !== error.message) this.refused(peer, error, 'them')
  }

  /** It fits after all. */
  accepted(peer: string): void {
    for (const [key, refusal] of this.#refusals) {
      if (refusal.peer === peer) this.#refusals.delete(key)
    }
  }

  /** Somebody else uses this agent's key. @param where what is known of the other one's place */
  duplicate(where: string): void {
    this.#copy = { where, at: this.#clock.now() }
  }

  /** An announcement of another agent came by multicast. */
  announced(): void {
    this.#announced++
  }

  get clocks(): readonly ClockReading[] {
    return this.#fresh(this.#clocks, CLOCK_AGE_MS_MAX)
  }

  get refusals(): readonly Refusal[] {
    return this.#fresh(this.#refusals, REFUSAL_AGE_MS_MAX)
  }

  /** Where a copy of this agent was seen last, and when. */
  get copy(): { readonly where: string; readonly at: number } | undefined {
    return this.#copy
  }

  /** Announcements heard since the start, count. */
  get announcements(): number {
    return this.#announced
  }

  #read(reading: ClockReading): void {
    const { peer } = reading
    const name = reading.name ?? this.#clocks.get(peer)?.name ?? null
    this.#clocks.delete(peer)
    this.#clocks.set(peer, { ...reading, name, read: this.#clock.elapsed() })
    if (this.#clocks.size > CLOCKS_MAX) dropOldest(this.#clocks)
  }

  #fresh<Item extends Aged>(items: ReadonlyMap<string, Item>, ageMax: number): Item[] {
    const now = this.#clock.elapsed()
    return [...items.values()].filter(({ read }) => now - read <= ageMax)
  }
}

/** How far the clock of whoever signed is ahead, by what was wrong with its message, ms. */
function skewOf({ code, facts }: PeerworkError): number | undefined {
  const { aheadMs, behindMs, lateMs } = facts
  // A certificate that seems to have ended may only meet a clock that is wrong.
  const timely = code === 'CLOCK_SKEW' || code === 'MEMBERSHIP_EXPIRED'
  if (timely && typeof aheadMs === 'number') return aheadMs
  if (code === 'CLOCK_SKEW' && typeof behindMs === 'number') return -behindMs
  // A card on its way is fresh: that it has expired already tells of a clock far behind.
  if (code === 'EXPIRED' && typeof lateMs === 'number') return -(lateMs + CARD_LIFE_MS)
  return undefined
}

function dropOldest(map: Map<string, unknown>): void {
  const [oldest] = map.keys()
  if (oldest !== undefined) map.delete(oldest)
}
