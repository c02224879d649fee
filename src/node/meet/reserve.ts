/**
 * Who could be dialled, but is not, because there are enough peers already.
 *
 * An agent that dialled everybody it hears of would be connected with everybody: in a network of a
 * hundred that are 9,900 ends of connections to set up, to keep alive and to remember. So it dials
 * until it has as many as it wants, takes in who dials it, and keeps the others here, for when a
 * peer leaves or a task wants one of them.
 */

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
/** A dial that takes longer than this is not waited for any more before others begin, ms. */
const FRESH_MS = 500

export class Reserve {
  readonly #peers: () => number
  readonly #dialing: (msMax?: number) => number
  readonly #chance: () => number
  readonly #keys = new Set<string>()
  readonly #wanted = new Set<string>()

  /**
   * @param peers how many there are
   * @param dialing how many more are being dialled, since at most so long ago, ms
   */
  constructor(peers: () => number, dialing: (msMax?: number) => number, chance: () => number) {
    this.#peers = peers
    this.#dialing = dialing
    this.#chance = chance
  }

  /** A task wants this one, however many there are. */
  want(key: string): void {
    this.#wanted.add(key)
    this.#keys.delete(key)
  }

  wants(key: string): boolean {
    return this.#wanted.has(key)
  }

  /** Whether there are enough without this one, which is kept here then. */
  keeps(key: string): boolean {
    if (this.#wanted.has(key) || this.#peers() < PEERS_WANTED) return false
    this.#keys.add(key)
    return true
  }

  /** Whether it may be dialled right now, with those that are being dialled. */
  hasRoom(key: string): boolean {
    return this.#wanted.has(key) || this.#room() > 0
  }

  /** It was dialled, or is not sought any more. */
  forget(key: string): void {
    this.#wanted.delete(key)
    this.#keys.delete(key)
  }

  /** As many as are missing, taken out; any of them. */
  missing(): string[] {
    const count = Math.max(0, PEERS_WANTED - this.#peers())
    const some = count === 0 ? [] : shuffled([...this.#keys], this.#chance).slice(0, count)
    for (const key of some) this.#keys.delete(key)
    return some
  }

  /** How many more may be dialled now. */
  #room(): number {
    const missing = PEERS_WANTED - this.#peers() - this.#dialing()
    return Math.max(0, Math.min(AT_ONCE - this.#dialing(FRESH_MS), missing))
  }

  /** Any one, left in. */
  any(): string | undefined {
    const at = Math.floor(this.#chance() * this.#keys.size)
    return [...this.#keys][at]
  }
}
