/** Who changed its key: an old id is nobody's any more, for ever. */

import type { AgentId } from '../../protocol/identity.ts'
import type { Credential } from '../../protocol/membership/credential.ts'
import type { OpenedSuccession } from '../../protocol/membership/succession.ts'

/** Changes of key that are followed, count: more in one life is no caution any more. */
const STEPS_MAX = 64
/** Second changes of key that are remembered, count: no honest member makes one. */
const RIVALS_MAX = 1_024

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

  /** Ids that a member took as well, after it had taken another: who has two is refused one. */
  readonly #rivals = new Map<AgentId, AgentId>()

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
    const known = this.#from.get(before)
    if (known !== undefined && known.after !== after && this.#rivals.size < RIVALS_MAX) {
      if (!this.#to.has(after)) this.#rivals.set(after, before)
    }
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

  /** Whose second change of key this id comes from, if it does. */
  rivalOf(id: AgentId): AgentId | undefined {
    return this.#rivals.get(id)
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

  /** This id, all it was before, and whatever else any of these became. */
  kin(id: AgentId): Set<AgentId> {
    const ids = new Set([id, ...this.origins(this.#rivals.get(id) ?? id)])
    for (const [after, before] of this.#rivals) {
      if (!ids.has(before)) continue
      ids.add(after)
      const first = this.#from.get(before)
      if (first !== undefined) ids.add(first.after)
    }
    return ids
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
