/**
 * Who says to have what: lists of holders, and which of them to ask for what is missing.
 *
 * Producers come first for their own logs. What a holder did not hand over though it said that it
 * has it, it is not asked for again until it says so anew.
 */

import { SYNC_RANGES_MAX } from '../../protocol/constants.ts'
import type { HeldLog, LogAsk, LogName } from '../../node/trace/api.ts'
import { common, joined, without } from '../../node/trace/ranges.ts'
import type { Range } from '../store.ts'

/** Ranges that one holder's list is remembered for, count: 0.7 MB. The next one brings the rest. */
const CLAIMED_MAX = 8_192

const keyOf = ({ by, boot }: LogName): string => `${by} ${boot}`

interface Claim {
  readonly log: LogName
  ranges: readonly Range[]
}

export class Holders {
  readonly #claims = new Map<string, Map<string, Claim>>()

  /**
   * A holder's newest list, or what of it is news.
   *
   * @param goesOn whether it follows what was told before, and does not take its place
   */
  told(holder: string, logs: readonly HeldLog[], goesOn = false): void {
    const before = goesOn ? this.#claims.get(holder) : undefined
    const claims = before ?? new Map<string, Claim>()
    let left = CLAIMED_MAX
    for (const { ranges } of claims.values()) left -= ranges.length
    // A log with many ranges stands in several entries.
    for (const some of Map.groupBy(logs, keyOf).values()) {
      const ranges = some.flatMap((one) => one.ranges).slice(0, Math.max(0, left))
      const [{ by, boot } = { by: '', boot: '' }] = some
      if (ranges.length > 0) {
        claims.set(keyOf({ by, boot }), { log: { by, boot }, ranges: joined(ranges) })
      }
      left -= ranges.length
    }
    this.#claims.set(holder, claims)
  }

  gone(holder: string): void {
    this.#claims.delete(holder)
  }

  /** One question for this holder, or nothing. */
  ask(holder: string, wants: Wants): LogAsk | undefined {
    for (const { log, ranges } of this.#claims.get(holder)?.values() ?? []) {
      // The producer itself is asked first, as long as it says to have it.
      const missing = wants.missing(log, ranges)
      const others = holder === log.by ? missing : this.#leftTo(holder, log, missing)
      const few = others.slice(0, SYNC_RANGES_MAX)
      if (few.length > 0) return { ...log, ranges: few }
    }
    return undefined
  }

  /** It was asked for these and had none of them. */
  lacks(holder: string, { by, boot, ranges }: LogAsk): void {
    const claim = this.#claims.get(holder)?.get(keyOf({ by, boot }))
    if (claim !== undefined) claim.ranges = without(claim.ranges, joined(ranges))
  }

  #leftTo(holder: string, log: LogName, missing: readonly Range[]): readonly Range[] {
    const own = this.#claims.get(log.by)?.get(keyOf(log))
    return own === undefined || holder === log.by ? missing : without(missing, own.ranges)
  }
}

export interface Wants {
  /** What of these ranges is not held, and not asked of anybody else just now. */
  missing(log: LogName, claimed: readonly Range[]): readonly Range[]
}

/** Ranges of one log that are being asked for. */
export class Asked {
  readonly #ranges = new Map<string, Range[]>()

  add({ by, boot, ranges }: LogAsk): void {
    const key = keyOf({ by, boot })
    this.#ranges.set(key, [...(this.#ranges.get(key) ?? []), ...ranges])
  }

  remove({ by, boot, ranges }: LogAsk): void {
    const key = keyOf({ by, boot })
    const left = (this.#ranges.get(key) ?? []).filter((range) => !ranges.includes(range))
    if (left.length === 0) this.#ranges.delete(key)
    else this.#ranges.set(key, left)
  }

  /** What of these is not asked for. */
  others(log: LogName, ranges: readonly Range[]): Range[] {
    const asked = [...(this.#ranges.get(keyOf(log)) ?? [])].sort((one, other) => {
      return one.from - other.from
    })
    return without(ranges, common(ranges, asked))
  }
}
