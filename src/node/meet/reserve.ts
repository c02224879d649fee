/**
 * Who could be dialled, but is not, because there are enough peers already.
 *
 * An agent that dialled everybody it hears of would be connected with everybody: in a network of a
 * hundred that are 9,900 ends of connections to set up, to keep alive and to remember. So it dials
 * until it has as many as it wants, takes in who dials it, and keeps the others here, for when a
 * peer leaves or a task wants one of them.
 */

import type { Clock } from '../clock.ts'
import { TokenBucket } from '../token-bucket.ts'
import { shuffled } from './shuffled.ts'

/**
 * Peers an agent seeks company of by itself, count: up to one more, everybody knows everybody.
 * Others that do the same make it about twice as many. Random graphs of this degree stay in one
 * piece when half of the agents go at once.
 */
export const PEERS_WANTED = 12
/**
 * Of them dialled at once, count: those that start in the same moment dial each other meanwhile,
 * and have fewer left to dial.
 */
const AT_ONCE = 4
/**
 * A dial that takes longer than this, and than twice the usual, is not waited for any more before
 * others begin, ms: where all take long, more of them at once would take longer.
 */
const FRESH_MS = 500
/**
 * Of more than are wanted, half are dialled and then one every other second: who dials us is
 * company as well, and in a network that starts as one that is the other half.
 */
const UNHURRIED = { burst: PEERS_WANTED / 2, perSecond: 0.5 } as const
/** A dial that takes longer than this is not expected to bring one of them, ms. */
const HOPEFUL_MS = 2_000

/** How often it is looked whether more may be dialled, while some are missing, ms. */
const LOOK_EVERY_MS = 250

export interface ReserveOptions {
  readonly clock: Pick<Clock, 'elapsed' | 'chance'>
  /** How many peers there are, and how many are enough. */
  readonly peers: () => number
  readonly enough: () => number
  /** How many are known of, peers included. */
  readonly known: () => number
  /** How many more are being dialled, since at most so long ago, ms. */
  readonly dialing: (msMax?: number) => number
  /** It is taken out: dial it, if that makes sense still. */
  readonly dial: (key: string) => void
}

export class Reserve {
  readonly #options: ReserveOptions
  readonly #pace: TokenBucket
  readonly #keys = new Set<string>()
  readonly #wanted = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #stopped = false
  /** How long a dial that succeeds takes of late. */
  #usualMs = 0

  constructor(options: ReserveOptions) {
    this.#options = options
    this.#pace = new TokenBucket(UNHURRIED, options.clock.elapsed)
  }

  /** A task wants this one, however many there are. */
  want(key: string): void {
    this.#wanted.add(key)
    this.#keys.delete(key)
  }

  wants(key: string): boolean {
    return this.#wanted.has(key)
  }

  /** Whether it is not to be dialled now, and kept here until it is taken out. */
  keeps(key: string): boolean {
    if (this.#wanted.has(key) || this.#room() > 0) return false
    this.#keys.add(key)
    this.#refillLater()
    return true
  }

  /** A dial for company has brought a connection, after so long, ms. */
  spend(ms: number): void {
    this.#pace.take()
    this.#usualMs += (ms - this.#usualMs) / 4
  }

  /** It was dialled, or is not sought any more. */
  forget(key: string): void {
    this.#wanted.delete(key)
    this.#keys.delete(key)
  }

  /** Dial as many as may be dialled now, any of them; the others later. */
  refill(): void {
    const { clock, dial } = this.#options
    const count = this.#room()
    const some = count === 0 ? [] : shuffled([...this.#keys], clock.chance).slice(0, count)
    for (const key of some) this.#keys.delete(key)
    for (const key of some) dial(key)
    this.#refillLater()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#stopped = true
  }

  /** One timer for all of them: there may be hundreds. */
  #refillLater(): void {
    const { clock, peers, enough } = this.#options
    if (this.#stopped || this.#keys.size === 0 || peers() >= enough()) return
    const waitMs = LOOK_EVERY_MS * (0.5 + clock.chance() / 2)
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.refill()
    }, waitMs).unref()
  }

  /** How many more may be dialled now. */
  #room(): number {
    const { peers, enough, dialing, known } = this.#options
    const missing = enough() - peers() - dialing()
    const [freshMs, hopefulMs] = [FRESH_MS, HOPEFUL_MS].map((ms) => Math.max(ms, 2 * this.#usualMs))
    const unhurried = known() > enough()
    if (unhurried && this.#pace.dueMs(1 + dialing(hopefulMs)) > 0) return 0
    return Math.max(0, Math.min(AT_ONCE - dialing(freshMs), missing))
  }

  /** Any one, left in. */
  any(): string | undefined {
    const at = Math.floor(this.#options.clock.chance() * this.#keys.size)
    return [...this.#keys][at]
  }
}
