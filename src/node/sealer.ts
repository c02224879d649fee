/**
 * Sealing what leaves at about the same time with one signature.
 *
 * What belongs to the only task that is open is sealed at once. With others it waits for the end of
 * the turn, when all that has arrived was looked at; while many are open and more comes, some turns
 * longer, but not while this process has nothing else to do. So a busy agent signs once for many,
 * and one that is not busy holds nothing up.
 */

import { TOGETHER_MAX } from '../protocol/constants.ts'
import type { Identity } from '../protocol/identity.ts'
import { draft, sealAlone, sealTogether } from '../protocol/seal-together.ts'
import type { Draft } from '../protocol/seal-together.ts'
import type { Sealed, SealedBody } from '../protocol/seal.ts'
import type { TogetherKind } from '../protocol/signable.ts'

/** Company enough, count: more would save each seal less than 6 of the 104 µs of a signature. */
const COMPANY = 16
/** One in so many of what is open is waited for; the others keep both ends busy meanwhile. */
const PART = 4
/** Turns without news after which nobody is waited for, count: one may be a short one. */
const QUIET_TURNS = 2
/** The longest wait, ms, however busy this process is: as long as `accepted` waits. */
const WAIT_MS_MAX = 2

export interface SealerOptions {
  readonly identity: Identity
  /** Tasks that are open, here and elsewhere: of so many something may have to be sealed, count. */
  readonly open: () => number
  /** ms, monotonic */
  readonly elapsed: () => number
}

interface Waiting extends PromiseWithResolvers<Sealed<SealedBody>> {
  readonly one: Draft<SealedBody>
}

export class Sealer {
  readonly #options: SealerOptions
  #waiting: Waiting[] = []
  /** Since when the first waits, by `elapsed`. */
  #since = 0
  /** How many waited at the end of the last turn. */
  #before = 0
  /** Turns since somebody came. */
  #quiet = 0
  #soon: NodeJS.Immediate | undefined
  #hurried = false

  readonly #endOfTurn = (): void => {
    const { length } = this.#waiting
    this.#quiet = length === this.#before ? this.#quiet + 1 : 0
    this.#before = length
    if (this.#isDue()) this.flush()
    else this.#soon = setImmediate(this.#endOfTurn)
  }

  constructor(options: SealerOptions) {
    this.#options = options
  }

  /**
   * Seal a body soon: now, at the end of this turn, or some ms later. The caller has made sure that
   * `body.from` is the identity's id.
   *
   * @returns rejects with what the signing throws, for all that were to be signed together
   * @throws PeerworkError `INTERNAL` for what cannot be written
   */
  seal<Body extends SealedBody>(kind: TogetherKind, body: Body): Promise<Sealed<Body>> {
    const one = draft(kind, body)
    const waiting = Promise.withResolvers<Sealed<Body>>()
    if (one.alone || this.#hurried || this.#options.open() < 2) {
      waiting.resolve(sealAlone(one, this.#options.identity))
      return waiting.promise
    }
    if (this.#waiting.length === 0) this.#begin()
    // Everybody gets the seal of its own draft, so that of its own body.
    this.#waiting.push({ ...waiting, one } as unknown as Waiting)
    if (this.#waiting.length === TOGETHER_MAX) this.flush()
    return waiting.promise
  }

  /** Seal what waits, now. */
  flush(): void {
    const waiting = this.#waiting
    this.#waiting = []
    clearImmediate(this.#soon)
    this.#soon = undefined
    try {
      const drafts = waiting.map(({ one }) => one)
      const sealed = sealTogether(drafts, this.#options.identity)
      for (const [at, one] of sealed.entries()) waiting[at]?.resolve(one)
    } catch (error) {
      for (const { reject } of waiting) reject(error)
    }
  }

  /** From now on nothing waits: the agent stops. */
  hurry(): void {
    this.#hurried = true
    this.flush()
  }

  #begin(): void {
    this.#since = this.#options.elapsed()
    this.#before = 0
    this.#quiet = 0
    this.#soon = setImmediate(this.#endOfTurn)
  }

  #isDue(): boolean {
    if (this.#quiet >= QUIET_TURNS) return true
    const { open, elapsed } = this.#options
    const enough = Math.min(COMPANY, open() / PART)
    return this.#waiting.length >= enough || elapsed() - this.#since >= WAIT_MS_MAX
  }
}
