/** What one task has used up, against what it may use up. */

import { PeerworkError } from '../protocol/errors.ts'
import type { Usage } from '../protocol/message/result.ts'
import type { Budget } from '../protocol/message/task.ts'
import { SPENT_MAX } from './limits.ts'
import type { Reading } from './process-meter.ts'
import type { Spent } from './work.ts'

type Limited = 'cpuMs' | 'tokens' | 'cost' | 'bytes'

export class Account {
  /** Output and chunks together. */
  bytes = 0
  #tokens = 0
  #cost = 0
  #cpuMs = 0
  #peakRssBytes = 0
  readonly #parts = { cpuMs: 0, tokens: 0, cost: 0 }
  readonly #budget: Budget
  readonly #start: Reading

  /** @param start the process as it was before the task; its neighbours' work counts too */
  constructor(budget: Budget, start: Reading) {
    this.#budget = budget
    this.#start = start
    this.#peakRssBytes = start.rssBytes
  }

  saw(reading: Reading): void {
    this.#cpuMs = Math.max(this.#cpuMs, reading.cpuMs - this.#start.cpuMs)
    this.#peakRssBytes = Math.max(this.#peakRssBytes, reading.rssBytes)
  }

  /** Sums stop at `SPENT_MAX`: beyond it no peer could read the result that carries them. */
  spend({ tokens, cost }: { tokens: number; cost: number }): void {
    this.#tokens = Math.min(SPENT_MAX, this.#tokens + tokens)
    this.#cost = Math.min(SPENT_MAX, this.#cost + cost)
  }

  /**
   * What a part used up counts against the budget, but not as used here: each agent reports its
   * own, so that a whole trace can be added up, and beside it what went into its parts.
   */
  part({ cpuMs, tokens, cost }: Spent): void {
    this.#parts.cpuMs = Math.min(SPENT_MAX, this.#parts.cpuMs + cpuMs)
    this.#parts.tokens = Math.min(SPENT_MAX, this.#parts.tokens + tokens)
    this.#parts.cost = Math.min(SPENT_MAX, this.#parts.cost + cost)
  }

  get cpuSpent(): boolean {
    return over(this.#cpuMs + this.#parts.cpuMs, this.#budget.cpuMs)
  }

  get bytesSpent(): boolean {
    return over(this.bytes, this.#budget.bytes)
  }

  get overspent(): 'tokens' | 'cost' | undefined {
    if (over(this.#tokens + this.#parts.tokens, this.#budget.tokens)) return 'tokens'
    return over(this.#cost + this.#parts.cost, this.#budget.cost) ? 'cost' : undefined
  }

  /** The first part of the budget that is used up, those of hand-ons included. */
  get exhausted(): Limited | undefined {
    return this.cpuSpent ? 'cpuMs' : this.overspent
  }

  /** Whether an output that did not become the result may still go along. */
  fits(partial: number): boolean {
    return !over(partial, this.#budget.bytes)
  }

  exceeded(what: Limited): PeerworkError {
    const limit = this.#budget[what] ?? 0
    const used = this.#used(what)
    const text = `the task used ${used} of ${limit} ${what} it may use`
    return new PeerworkError('BUDGET_EXCEEDED', text, { what, used, limit })
  }

  /** What a part of the task may use. */
  left(wallMs: number): Budget {
    const { cpuMs, tokens, cost, bytes, depth } = this.#budget
    const rest = (limit: number | undefined, used: number): number | undefined =>
      limit === undefined ? undefined : Math.max(0, limit - used)
    const left = {
      cpuMs: rest(cpuMs, Math.round(this.#cpuMs + this.#parts.cpuMs)),
      tokens: rest(tokens, this.#tokens + this.#parts.tokens),
      cost: rest(cost, this.#cost + this.#parts.cost),
      bytes: rest(bytes, this.bytes)
    }
    const set = Object.fromEntries(Object.entries(left).filter(([, value]) => value !== undefined))
    return { wallMs: Math.max(1, Math.floor(wallMs)), depth: depth - 1, ...set }
  }

  usage(wallMs: number): Usage {
    return {
      wallMs: round(wallMs),
      cpuMs: round(this.#cpuMs),
      peakRssBytes: this.#peakRssBytes,
      tokens: this.#tokens,
      cost: this.#cost
    }
  }

  /** What the result says: used here, and by the parts, if they used anything. */
  told(wallMs: number): { readonly usage: Usage; readonly parts?: Spent } {
    const usage = this.usage(wallMs)
    const { cpuMs, tokens, cost } = this.#parts
    const none = cpuMs === 0 && tokens === 0 && cost === 0
    return none ? { usage } : { usage, parts: { cpuMs: round(cpuMs), tokens, cost } }
  }

  #used(what: Limited): number {
    const parts = this.#parts
    const used = {
      cpuMs: this.#cpuMs + parts.cpuMs,
      tokens: this.#tokens + parts.tokens,
      cost: this.#cost + parts.cost,
      bytes: this.bytes
    }
    return round(used[what])
  }
}

const over = (used: number, limit: number | undefined): boolean =>
  limit !== undefined && used > limit
/** To the microsecond: more digits say nothing. */
const round = (value: number): number => Math.max(0, Math.round(value * 1000) / 1000)
