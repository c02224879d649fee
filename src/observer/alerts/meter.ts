/**
 * Counts of the last hour by the minute, of the spans that one rule means: enough for sums, shares
 * and percentiles of any window in it, at a size that does not grow with what comes in.
 */

import type { SpanPart } from '../model.ts'
import { MINUTES_COUNTED } from './rule.ts'
import type { RuleOf } from './rule.ts'

const MINUTE_US = 60_000_000
/** A step of durations: each bucket is 5 % wider than the one before, and so exact is a p95. */
const STEP = Math.log(1.05)

interface Minute {
  ended: number
  errors: number
  cost: number
  /** Spans by the logarithm of their duration. */
  readonly durations: Map<number, number>
}

export interface Measured {
  /** Spans that ended, count. */
  readonly ended: number
  readonly errors: number
  readonly cost: number
  /** 0 to 1; 0 when nothing ended. */
  readonly errorShare: number
  /** To within 5 %; 0 when nothing ended. */
  readonly p95Ms: number
}

/** What a part says that no part of its span said before. */
export interface News {
  readonly ended: boolean
  readonly failed: boolean
  readonly cost: number
}

export class Meter {
  readonly #rule: RuleOf<'threshold'>
  readonly #minutes = new Map<number, Minute>()

  constructor(rule: RuleOf<'threshold'>) {
    this.#rule = rule
  }

  add(part: SpanPart, news: News, nowUs: number): void {
    const { agent, model, skill } = this.#rule
    if (agent !== undefined && part.agent !== agent) return
    if (model !== undefined && part.model !== model) return
    if (skill !== undefined && part.skill !== skill) return
    // By its own time, so that what was fetched late does not look like something of today.
    const at = Math.min(part.endUs ?? part.startUs ?? nowUs, nowUs)
    if (nowUs - at > MINUTES_COUNTED * MINUTE_US) return
    const minute = this.#minute(Math.floor(at / MINUTE_US), nowUs)
    if (news.failed) minute.errors++
    minute.cost += news.cost
    if (!news.ended) return
    minute.ended++
    if (part.startUs === undefined || part.endUs === undefined) return
    const ms = Math.max(0, part.endUs - part.startUs) / 1_000
    const bucket = Math.ceil(Math.log(ms + 1) / STEP)
    minute.durations.set(bucket, (minute.durations.get(bucket) ?? 0) + 1)
  }

  measure(nowUs: number): Measured {
    const from = Math.floor(nowUs / MINUTE_US) - this.#rule.windowMinutes
    const sum: Minute = { ended: 0, errors: 0, cost: 0, durations: new Map() }
    for (const [at, { ended, errors, cost, durations }] of this.#minutes) {
      if (at <= from) continue
      sum.ended += ended
      sum.errors += errors
      sum.cost += cost
      for (const [bucket, count] of durations) {
        sum.durations.set(bucket, (sum.durations.get(bucket) ?? 0) + count)
      }
    }
    const { ended, errors, cost } = sum
    const errorShare = ended === 0 ? 0 : Math.min(1, errors / ended)
    return { ended, errors, cost, errorShare, p95Ms: percentile(sum.durations, 0.95) }
  }

  #minute(at: number, nowUs: number): Minute {
    const found = this.#minutes.get(at)
    if (found !== undefined) return found
    const oldest = Math.floor(nowUs / MINUTE_US) - MINUTES_COUNTED
    for (const known of this.#minutes.keys()) if (known < oldest) this.#minutes.delete(known)
    const made = { ended: 0, errors: 0, cost: 0, durations: new Map<number, number>() }
    this.#minutes.set(at, made)
    return made
  }
}

function percentile(durations: ReadonlyMap<number, number>, part: number): number {
  const buckets = [...durations].toSorted(([a], [b]) => a - b)
  const total = buckets.reduce((sum, [, count]) => sum + count, 0)
  let left = total * part
  for (const [bucket, count] of buckets) {
    left -= count
    if (left <= 0) return Math.exp(bucket * STEP) - 1
  }
  return 0
}

/** Spans whose parts are told apart from what they said before, count: some 10 MB. */
const SPANS_MAX = 50_000
const [ENDED, FAILED, PAID] = [1, 2, 4]

/** Of each part what is new of its span: parts come twice, and from both their ends. */
export class SpanNews {
  #said = new Map<string, number>()
  #older = new Map<string, number>()

  of({ trace, span, source, endUs, status, cost }: SpanPart): News {
    const key = `${trace}${span}${source.by}`
    const before = this.#said.get(key) ?? this.#older.get(key) ?? 0
    const ended = endUs === undefined ? 0 : ENDED
    const failed = status === 'error' ? FAILED : 0
    const paid = cost === undefined ? 0 : PAID
    const now = before | ended | failed | paid
    if (now !== 0 && now !== this.#said.get(key)) this.#said.set(key, now)
    if (this.#said.size >= SPANS_MAX / 2) {
      this.#older = this.#said
      this.#said = new Map()
    }
    const fresh = now & ~before
    return {
      ended: (fresh & ENDED) !== 0,
      failed: (fresh & FAILED) !== 0,
      cost: (fresh & PAID) === 0 ? 0 : (cost ?? 0)
    }
  }
}
