/**
 * How much of others the directory keeps. Ids and skills cost nothing to make up, so both are
 * bounded: what comes when the shelf is full, or too often from one peer, is refused.
 */

import { PeerworkError } from '../../protocol/errors.ts'

/** Presences kept for others, count: each peer has its own with the twenty nearest to it. */
const PRESENCES_MAX = 2_048
/** Skills of one peer, count: as many as a card has. */
const SKILLS_OF_ONE_MAX = 64
/** Skills of all peers, count. */
const SKILLS_MAX = 16_384
/** After so long nothing of a peer is left that it did not say again, ms. */
const KEPT_MS = 60 * 60_000

/** What is used of the table's list of providers. */
interface Providers {
  addProvider(cid: { toString(): string }, peer: { toString(): string }): Promise<void>
}

export class Shelf {
  readonly #elapsed: () => number
  readonly #presences = new Map<string, number>()
  readonly #skills = new Map<string, Map<string, number>>()

  constructor(elapsed: () => number) {
    this.#elapsed = elapsed
  }

  /** A presence of this peer is kept. @throws PeerworkError `BUSY` when there is no room */
  take(peer: string): void {
    const now = this.#elapsed()
    this.#presences.delete(peer)
    for (const [id, at] of this.#presences) {
      if (now - at < KEPT_MS) break
      this.#presences.delete(id)
    }
    if (this.#presences.size >= PRESENCES_MAX) throw full('presences', PRESENCES_MAX)
    this.#presences.set(peer, now)
  }

  /** Let only so many skills in. */
  guard(providers: Providers): void {
    const add = providers.addProvider.bind(providers)
    providers.addProvider = async (cid, peer) => {
      this.#takeSkill(peer.toString(), cid.toString())
      return add(cid, peer)
    }
  }

  #takeSkill(peer: string, skill: string): void {
    const now = this.#elapsed()
    const skills = this.#skills.get(peer) ?? new Map<string, number>()
    skills.delete(skill)
    for (const [id, at] of skills) if (now - at >= KEPT_MS) skills.delete(id)
    if (skills.size >= SKILLS_OF_ONE_MAX) throw full('skills of one peer', SKILLS_OF_ONE_MAX)
    this.#forgetOld(now)
    if (this.#total() >= SKILLS_MAX) throw full('skills', SKILLS_MAX)
    this.#skills.set(peer, skills.set(skill, now))
  }

  #forgetOld(now: number): void {
    if (this.#total() < SKILLS_MAX) return
    for (const [peer, skills] of this.#skills) {
      const newest = Math.max(...skills.values())
      if (now - newest >= KEPT_MS) this.#skills.delete(peer)
    }
  }

  #total(): number {
    return this.#skills.values().reduce((sum, { size }) => sum + size, 0)
  }
}

const full = (what: string, max: number): PeerworkError =>
  new PeerworkError('BUSY', `the directory keeps ${max} ${what} at most`, { max })
