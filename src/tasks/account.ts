/** What one task has used up, against what it may use up. */

import { PeerworkError } from '../protocol/errors.ts'
import type { Usage } from '../protocol/message/result.ts'
import type { Budget } from '../protocol/message/task.ts'
import { SPENT_MAX } from './limits.ts'
import type { Reading } from './process-meter.ts'
import type { Spent } from './work.ts'

type Limited = 'cpuMs' | 'tokens' | 'cost' | 'bytes'

/** What parts share with the task above them, and with each other. */
const SHARED = ['cpuMs', 'tokens', 'cost'] as const
export type Shares = Partial<Record<(typeof SHARED)[number], number>>

/** What one part may use up, and nobody else meanwhile. */
export interface Reserved {
  /** Of what has no limit, and was not asked for, nothing is said. */
  readonly shares: Shares
  /** The part is over. Called once. */
  settle(used: Spent): void
}

export class Account {
  /** Output and chunks together. */
  bytes = 0
  #tokens = 0
  #cost = 0
  #cpuMs = 0
  #peakRssBytes = 0
  /** Of what was spent, what calls of models told. */
  readonly #told = { tokens: 0, cost: 0 }
  readonly #parts = { cpuMs: 0, tokens: 0, cost: 0 }
  readonly #reserved = { cpuMs: 0, tokens: 0, cost: 0 }
  #open = 0
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

  /** The same for a call of a model that an event tells of. */
  model(used: { tokens: number; cost: number }): void {
    const { tokens, cost } = used
    this.spend(used)
    this.#told.tokens = Math.min(SPENT_MAX, this.#told.tokens + tokens)
    this.#told.cost = Math.min(SPENT_MAX, this.#told.cost + cost)
  }

  /** What calls of models told, of tokens and cost; undefined when none did. */
  get traced(): Pick<Spent, 'tokens' | 'cost'> | undefined {
    const { tokens, cost } = this.#told
    return tokens === 0 && cost === 0 ? undefined : { tokens, cost }
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

  /**
   * Set aside what a part may use up: what it asks for, or all that is left. So all parts together
   * never may use up more than there is.
   *
   * @returns undefined while parts that are open hold some of it
   */
  reserve(wanted: Shares = {}): Reserved | undefined {
    const shares: Shares = {}
    for (const what of SHARED) {
      const limit = this.#budget[what]
      const left = limit === undefined ? Infinity : Math.max(0, limit - this.#spent(what))
      const share = Math.min(left, wanted[what] ?? left)
      if (share === Infinity) continue
      if (this.#open > 0 && share > left - this.#reserved[what]) return undefined
      shares[what] = share
    }
    for (const what of SHARED) this.#reserved[what] += shares[what] ?? 0
    this.#open++
    return {
      shares,
      settle: (used) => {
        for (const what of SHARED) this.#reserved[what] -= shares[what] ?? 0
        // What fractions leave behind must not keep anything from anybody.
        if (--this.#open === 0) for (const what of SHARED) this.#reserved[what] = 0
        this.part(used)
      }
    }
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
      cpuMs: rest(cpuMs, this.#spent('cpuMs')),
      tokens: rest(tokens, this.#spent('tokens')),
      cost: rest(cost, this.#spent('cost')),
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

  /** For people: with the fractions that were counted. */
  #used(what: Limited): number {
    return round(what === 'cpuMs' ? this.#cpuMs + this.#parts.cpuMs : this.#spent(what))
  }

  /** Here and in the parts that are over. */
  #spent(what: Limited): number {
    switch (what) {
      case 'cpuMs':
        return Math.round(this.#cpuMs + this.#parts.cpuMs)
      case 'tokens':
        return this.#tokens + this.#parts.tokens
      case 'cost':
        return this.#cost + this.#parts.cost
      case 'bytes':
        return this.bytes
    }
  }
}

const over = (used: number, limit: number | undefined): boolean =>
  limit !== undefined && used > limit
/** To the microsecond: more digits say nothing. */
const round = (value: number): number => Math.max(0, Math.round(value * 1000) / 1000)
