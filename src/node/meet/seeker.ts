/**
 * A task wants somebody who is not among our peers: ask those who are, and dial whom they name.
 *
 * In a network of up to `PEERS_WANTED` agents everybody is everybody's peer, and this only finds
 * out that nobody knows. In a larger one it takes the place of knowing all: first some peers are
 * asked, those that we were told to join through before others because they know many; then more;
 * then they ask in turn. Whoever is found joins like any peer, and so the waiting task hears of it.
 */

import type { PeerHint } from '../../protocol/message/card.ts'
import type { Clock } from '../clock.ts'
import type { KnownPeer, Peers } from '../peers.ts'
import type { Finder, Named, Sought } from './finder.ts'
import { shuffled } from './shuffled.ts'

/** Asked first, count, and then so many more. */
const FIRST = 2
const MORE = 8
/** Of those that were named, so many are dialled, count: one may be gone, and one busy. */
const DIALLED = 3
/**
 * Pauses before it is tried again, ms: who was named is being dialled, and who is sought may be
 * about to join.
 */
const PAUSES_MS = [0, 3_000, 4_000] as const
/** Searches at once, count; more wait for their peer to join by itself, or are begun again. */
const SEARCHES_MAX = 64
/**
 * Of them that ask at the same moment, count: those that wait for their turn are answered sooner
 * than if all asked at once, because nothing is asked again for being late.
 */
const ASKING_MAX = 8

export interface SeekerOptions {
  readonly clock: Pick<Clock, 'chance'>
  readonly peers: Peers
  readonly finder: Pick<Finder, 'ask'>
  /** Dial this peer, as hearsay, even if there are enough peers already. */
  readonly want: (hint: PeerHint) => void
  /** Look elsewhere too; resolves when that was done. */
  readonly elsewhere: (sought: Sought) => Promise<void>
}

export class Seeker {
  readonly #options: SeekerOptions
  readonly #stopping = new AbortController()
  readonly #running = new Map<string, Promise<void>>()
  readonly #waiting: (() => void)[] = []
  #asking = 0

  constructor(options: SeekerOptions) {
    this.#options = options
  }

  /** Resolves when somebody who fits has joined, or was not found. The same search runs once. */
  seek(sought: Sought): Promise<void> {
    const key = `${sought.skill} ${sought.peer ?? ''}`
    const running = this.#running.get(key)
    if (running !== undefined) return running
    if (this.#running.size >= SEARCHES_MAX) return Promise.resolve()
    const search = this.#search(sought)
      .catch(() => undefined)
      .finally(() => this.#running.delete(key))
    this.#running.set(key, search)
    return search
  }

  stop(): void {
    this.#stopping.abort()
  }

  async #search(sought: Sought): Promise<void> {
    const { signal } = this.#stopping
    for (const pause of PAUSES_MS) {
      await this.#pause(pause)
      if (signal.aborted || this.#isHere(sought)) return
      const { hints, silent } = await this.#inTurn(sought)
      if (signal.aborted) return
      for (const hint of hints.slice(0, DIALLED)) this.#options.want(hint)
      if (hints.length > 0 || this.#isHere(sought)) continue
      // Elsewhere is far: not while those who are near may still name somebody.
      if (silent === 0 || pause === PAUSES_MS.at(-1)) await this.#options.elsewhere(sought)
    }
  }

  async #inTurn(sought: Sought): Promise<Named> {
    if (this.#asking >= ASKING_MAX) await new Promise<void>((turn) => this.#waiting.push(turn))
    else this.#asking++
    try {
      return this.#isHere(sought) ? { hints: [], silent: 0 } : await this.#ask(sought)
    } finally {
      // Whoever is next takes this place.
      const next = this.#waiting.shift()
      if (next === undefined) this.#asking--
      else next()
    }
  }

  /** In waves, each wider than the one before, until somebody is named. */
  async #ask(sought: Sought): Promise<Named> {
    const { clock, peers, finder } = this.#options
    const all = shuffled(peers.all(), clock.chance)
    const asked = all.toSorted((one, other) => rank(one) - rank(other)).slice(0, FIRST + MORE)
    const waves = [
      [asked.slice(0, FIRST), false],
      [asked.slice(FIRST), false],
      [asked.slice(0, FIRST), true]
    ] as const
    let late = 0
    for (const [some, further] of waves) {
      if (some.length === 0 || this.#stopping.signal.aborted) continue
      const { hints, silent } = await finder.ask(some, sought, further)
      const strangers = hints.filter(({ id }) => peers.get(id) === undefined)
      if (strangers.length > 0) return { hints: strangers, silent }
      late += silent
    }
    return { hints: [], silent: late }
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#stopping
    return new Promise((resolve) => {
      const over = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', over)
        resolve()
      }
      const timer = setTimeout(over, ms).unref()
      signal.addEventListener('abort', over)
    })
  }

  #isHere({ skill, peer }: Sought): boolean {
    return this.#options.peers.all().some(({ id, name, skills }) => {
      const called = peer === undefined || id === peer || name === peer
      return called && skills.some((offer) => offer.name === skill)
    })
  }
}

const rank = ({ via, link }: KnownPeer): number =>
  (via === 'bootstrap' ? 0 : 1) + (link === 'relayed' ? 2 : 0)
