/** A task on its way through one or more peers, and what is left for the next one. */

import type { PeerworkError } from '../../protocol/errors.ts'
import type { Budget } from '../../protocol/message/task.ts'
import type { Request } from '../request.ts'
import type { TaskHandle } from '../task-handle.ts'
import { ATTEMPTS_MAX, LEFT_MS_MIN, REFUSALS_MAX, turnedDown } from './failover.ts'

export class Trip {
  readonly handle: TaskHandle
  /** When it was submitted, by the monotonic clock, ms. */
  readonly begin: number
  /** When its time is up, by the same. */
  readonly until: number
  /** What the next peer is asked. */
  request: Request
  /** Peers that it was given to, count. */
  attempt = 1
  /** What was before: the code of an error, or `hedge`. */
  after: string | undefined
  /** Whether the peer that it goes to has had it before. */
  again = false
  /** How often a lost peer was sought, and full ones were waited for, count. */
  regains = 0
  waits = 0
  /** Peers that turned it down since full ones were waited for last, count. */
  #refused = 0
  #failed = 0
  readonly #budget: Budget
  /** Most tasks need only one peer: these are made with the second. */
  #had: Set<string> | undefined
  #tried: Set<string> | undefined
  /** When those that were full want to be asked again. */
  #full: Map<string, number> | undefined

  constructor(request: Request, handle: TaskHandle, at: { readonly begin: number; now: number }) {
    this.request = request
    this.handle = handle
    this.begin = at.begin
    this.until = at.now + request.budget.wallMs
    this.#budget = request.budget
  }

  /** A peer had its turn. @param error what it failed with, unless it is only slow */
  note(peer: string, error?: PeerworkError): void {
    this.#had ??= new Set()
    this.#tried ??= new Set()
    if (error !== undefined && turnedDown(error.code)) this.#refused++
    else if (!this.#had.has(peer)) this.#failed++
    this.#had.add(peer)
    this.#tried.add(peer)
  }

  /** A peer that had its turn has room again then, by the monotonic clock. */
  full(peer: string, until: number): void {
    this.#full ??= new Map()
    this.#full.set(peer, until)
  }

  /** When the first of the full ones wants to be asked again; undefined when none is full. */
  get due(): number | undefined {
    return this.#full === undefined ? undefined : Math.min(...this.#full.values())
  }

  /** Those that were full have another turn. */
  anew(): void {
    for (const peer of this.#full?.keys() ?? []) this.#tried?.delete(peer)
    this.#full = undefined
    this.#refused = 0
  }

  /** It goes to this peer next. */
  goTo(peer: string, after: string): void {
    this.again = this.#had?.has(peer) === true
    if (!this.again) this.attempt++
    this.after = after
  }

  leftMs(now: number): number {
    return Math.floor(this.until - now)
  }

  /** Prepare to ask with what is left. False when nothing is left to ask with. */
  further(now: number): boolean {
    const wallMs = this.leftMs(now)
    const few = this.#refused < REFUSALS_MAX && this.#failed < ATTEMPTS_MAX
    if (wallMs < LEFT_MS_MIN || !few) return false
    const budget = leftOf(this.#budget, this.handle.spent, wallMs)
    this.request = { ...this.request, budget, ...(this.#tried && { tried: this.#tried }) }
    return true
  }
}

/** @param spent by all peers so far */
function leftOf(budget: Budget, spent: TaskHandle['spent'], wallMs: number): Budget {
  const { cpuMs, tokens, cost } = budget
  const left = (limit: number, used: number): number => Math.max(0, limit - used)
  return {
    ...budget,
    wallMs,
    ...(cpuMs === undefined ? {} : { cpuMs: left(cpuMs, Math.round(spent.cpuMs)) }),
    ...(tokens === undefined ? {} : { tokens: left(tokens, spent.tokens) }),
    ...(cost === undefined ? {} : { cost: left(cost, spent.cost) })
  }
}
