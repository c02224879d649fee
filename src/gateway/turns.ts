/**
 * Reads that look at much at once — whole traces, sums over days — by turns, so that many of them
 * take no more memory than a few: a bounded number works, a bounded number waits, and what was
 * answered counts until it was read.
 */

import { PeerworkError } from '../protocol/errors.ts'

/** Reads that work at once, count: one in the store's thread, one that is put together here. */
const WORKING_MAX = 2
/** Reads that wait, count: some seconds of work. */
const WAITING_MAX = 32
/** Of these, and of those that work, by one caller, count: others are to have their turn. */
const OF_ONE_MAX = 16
/** How long one waits, ms: a browser's patience, and what MCP's tools allow. */
const WAIT_MS_MAX = 8_000
/** Answers that are not read yet, bytes; while there are more, nobody begins. */
const UNREAD_BYTES_MAX = 32 * 1024 * 1024
/** What is told to whoever is turned away, ms. */
const RETRY_AFTER_MS = 2_000

export interface TurnLimits {
  readonly working: number
  readonly waiting: number
  readonly ofOne: number
  readonly waitMs: number
  readonly unreadBytes: number
}

const LIMITS: TurnLimits = {
  ...{ working: WORKING_MAX, waiting: WAITING_MAX, ofOne: OF_ONE_MAX },
  ...{ waitMs: WAIT_MS_MAX, unreadBytes: UNREAD_BYTES_MAX }
}

/** Ends when it is disposed, once; until then it counts. */
export interface Turn extends Disposable {
  /** It is put together: somebody else may begin, and this stays until it was read. */
  answered(bytes: number): void
}

export class Turns {
  readonly #limits: TurnLimits
  /** By caller, whoever was served longest ago first: one who asks much waits for itself. */
  readonly #waiting = new Map<string, Set<() => void>>()
  #waitingCount = 0
  /** Turns that each caller has or waits for, count. */
  readonly #of = new Map<string, number>()
  #working = 0
  #unread = 0

  constructor(limits: Partial<TurnLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits }
  }

  /** @throws PeerworkError `BUSY` with `retryAfterMs`; the signal's reason when the caller goes */
  async take(who: string, signal: AbortSignal): Promise<Turn> {
    signal.throwIfAborted()
    const own = this.#of.get(who) ?? 0
    if (own >= this.#limits.ofOne) throw busy(`${own} large reads of yours are under way`)
    const free = this.#hasRoom() && this.#waitingCount === 0
    const full = this.#waitingCount >= this.#limits.waiting
    if (!free && full) throw busy('too many large reads wait')
    this.#of.set(who, own + 1)
    try {
      if (free) this.#working++
      else await this.#wait(who, signal)
    } catch (error) {
      this.#leave(who)
      throw error
    }
    return this.#turn(who)
  }

  #turn(who: string): Turn {
    let [working, bytes, over] = [true, 0, false]
    const rest = (): void => {
      if (working) this.#working--
      working = false
    }
    return {
      answered: (size) => {
        if (over || !working) return
        rest()
        bytes = size
        this.#unread += size
        this.#next()
      },
      [Symbol.dispose]: () => {
        if (over) return
        over = true
        rest()
        this.#unread -= bytes
        this.#leave(who)
        this.#next()
      }
    }
  }

  #hasRoom(): boolean {
    return this.#working < this.#limits.working && this.#unread < this.#limits.unreadBytes
  }

  #leave(who: string): void {
    const left = (this.#of.get(who) ?? 1) - 1
    if (left > 0) this.#of.set(who, left)
    else this.#of.delete(who)
  }

  /** Whoever is let in counts from this moment, and not when it notices. */
  #next(): void {
    while (this.#hasRoom()) {
      const [first] = this.#waiting
      const [grant] = first?.[1] ?? []
      if (first === undefined || grant === undefined) return
      const [who, waiters] = first
      this.#forget(who, grant)
      if (waiters.size > 0) {
        this.#waiting.delete(who)
        this.#waiting.set(who, waiters)
      }
      this.#working++
      grant()
    }
  }

  #forget(who: string, grant: () => void): void {
    const waiters = this.#waiting.get(who)
    if (waiters?.delete(grant) !== true) return
    this.#waitingCount--
    if (waiters.size === 0) this.#waiting.delete(who)
  }

  async #wait(who: string, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiters = this.#waiting.get(who) ?? new Set()
    this.#waiting.set(who, waiters.add(resolve))
    this.#waitingCount++
    const leave = (error: Error): void => {
      this.#forget(who, resolve)
      reject(error)
    }
    const gone = (): void => leave(signal.reason as Error)
    const late = setTimeout(() => leave(busy('large reads take long')), this.#limits.waitMs)
    signal.addEventListener('abort', gone, { once: true })
    try {
      await promise
    } finally {
      clearTimeout(late)
      signal.removeEventListener('abort', gone)
    }
  }
}

const busy = (why: string): PeerworkError =>
  new PeerworkError('BUSY', why, { retryAfterMs: RETRY_AFTER_MS })
