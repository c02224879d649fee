/** Who changed its key: an old id is nobody's any more, for ever. */

import type { AgentId } from '../../protocol/identity.ts'
import type { Credential } from '../../protocol/membership/credential.ts'
import type { OpenedSuccession } from '../../protocol/membership/succession.ts'

/** Changes of key that are followed, count: more in one life is no caution any more. */
const STEPS_MAX = 64

export interface Move {
  readonly id: Uint8Array
  readonly credential: Credential
  readonly before: AgentId
  readonly after: AgentId
  /** ms since 1970 */
  readonly issued: number
}

export class Moves {
  readonly #from = new Map<AgentId, Move>()
  readonly #to = new Map<AgentId, Move>()

  get size(): number {
    return this.#from.size
  }

  all(): Iterable<Move> {
    return this.#from.values()
  }

  /**
   * The first change that is heard of stays: who later comes with another one has an old key in
   * hands where it should not be.
   *
   * @returns whether it is news
   */
  add(credential: Credential, { before, after, issued, digest }: OpenedSuccession): boolean {
    // Nor does anybody become who once was: a circle would have no end.
    if (this.#from.has(before) || this.#to.has(after) || this.#from.has(after)) return false
    const move = { id: digest, credential, before, after, issued }
    this.#from.set(before, move)
    this.#to.set(after, move)
    return true
  }

  /** The change by which this id stopped to be anybody's. */
  away(id: AgentId): Move | undefined {
    return this.#from.get(id)
  }

  /** The change by which this id began. */
  into(id: AgentId): Move | undefined {
    return this.#to.get(id)
  }

  /** The id that this one has become, which may be itself. */
  current(id: AgentId): AgentId {
    let now = id
    for (let step = 0; step < STEPS_MAX; step++) {
      const move = this.#from.get(now)
      if (move === undefined) break
      now = move.after
    }
    return now
  }

  /** This id and all it was before. */
  origins(id: AgentId): AgentId[] {
    const ids = [id]
    for (let step = 0; step < STEPS_MAX; step++) {
      const move = this.#to.get(ids.at(-1) ?? id)
      if (move === undefined || ids.includes(move.before)) break
      ids.push(move.before)
    }
    return ids
  }
}
