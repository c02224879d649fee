/** What is wrong with this agent's membership, as it knows itself or others have told it. */

import { PeerworkError } from '../../protocol/errors.ts'
import type { AgentId } from '../../protocol/identity.ts'

/** How long what others said stays, ms: whoever still means it says it again, at the next dial. */
const REMEMBER_MS = 5 * 60_000
/** Problems kept, count: one of a code and peer. */
const PROBLEMS_MAX = 32

export class Problems {
  readonly #elapsed: () => number
  readonly #told = new Map<string, { readonly error: PeerworkError; readonly at: number }>()

  /** @param elapsed monotonic clock, ms */
  constructor(elapsed: () => number) {
    this.#elapsed = elapsed
  }

  /** @returns whether it is the first of its kind */
  add(error: PeerworkError): boolean {
    const key = `${error.code} ${String(error.facts['peer'] ?? '')}`
    const isNew = !this.#told.delete(key)
    this.#told.set(key, { error, at: this.#elapsed() })
    const [oldest = ''] = this.#told.keys()
    if (this.#told.size > PROBLEMS_MAX) this.#told.delete(oldest)
    return isNew
  }

  /** Newest first. */
  list(): PeerworkError[] {
    const now = this.#elapsed()
    for (const [key, { at }] of this.#told) if (now - at > REMEMBER_MS) this.#told.delete(key)
    return [...this.#told.values()].map(({ error }) => error).toReversed()
  }
}

/** Two agents run with one key: a home was copied. */
export const twinsOf = (peer: AgentId): PeerworkError =>
  new PeerworkError('DUPLICATE_ID', `two agents run with the key of ${peer}`, { peer })
