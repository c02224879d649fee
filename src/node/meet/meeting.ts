/**
 * How agents of a network that is too large for everybody to know everybody still find each other:
 * those that a task wants are sought, and now and then any other is met, so that what one does not
 * know, the next one does, and two halves of a network that were apart grow together again.
 */

import type { Connection, Stream } from '@libp2p/interface'
import type { Clock } from '../clock.ts'
import type { Discovery } from '../discovery.ts'
import type { Links } from '../links.ts'
import type { Peers } from '../peers.ts'
import { Finder } from './finder.ts'
import type { Sought } from './finder.ts'
import { PEERS_WANTED } from './reserve.ts'
import { Seeker } from './seeker.ts'
import { shuffled } from './shuffled.ts'
import { SpareLinks } from './spare-links.ts'

/** How often somebody is met who is no peer yet, ms: a dial and an exchange of cards. */
const MEET_EVERY_MS = 30_000
/**
 * Who lacks company and knows of nobody left to dial asks a peer whom it knows, ms: this long after
 * the start, then after pauses that double. In a network where everybody knows everybody that is a
 * few exchanges in all; in one that starts on a full machine, those that were named first may all
 * have been too busy.
 */
const ASK_AGAIN_MS = { min: 2_000, max: 5 * 60_000 } as const
/** The same for an observer, which wants to hear soon of everybody who comes. */
const OBSERVER_ASKS_MS_MAX = 15_000
/** Of the connections that an agent may have, so many of an observer's are for whom it observes. */
const OBSERVED_SHARE = 0.6

export interface MeetingOptions {
  readonly self: string
  readonly clock: Clock
  readonly peers: Peers
  readonly discovery: Discovery
  readonly links: Pick<Links, 'hint' | 'connections' | 'cards'>
  /** Whether tasks of or for this peer run now. */
  readonly busy: (id: string) => boolean
  /** Connections that the agent may have, count. */
  readonly connectionsMax: number
  /** Look elsewhere too. */
  readonly elsewhere: (sought: Sought) => Promise<void>
}

export class Meeting {
  readonly #options: MeetingOptions
  readonly #finder: Finder
  readonly #seeker: Seeker
  readonly #spare: SpareLinks
  #timer: NodeJS.Timeout | undefined
  #asking: NodeJS.Timeout | undefined
  #most = 0
  #observes = false

  constructor(options: MeetingOptions) {
    this.#options = options
    const { self, clock, peers, discovery, links, busy, elsewhere } = options
    this.#finder = new Finder({ self, clock, peers, hint: (peer) => links.hint(peer) })
    this.#spare = new SpareLinks({
      ...{ clock, peers, busy },
      part: ({ connection }) => void connection.close().catch(() => undefined)
    })
    this.#seeker = new Seeker({
      ...{ clock, peers, elsewhere, finder: this.#finder },
      want: ({ id, addresses }) => discovery.want(id, addresses)
    })
    this.#later()
    this.#askLater(ASK_AGAIN_MS.min)
  }

  /** Answer a question of `/peerwork/find/1`. */
  answer(stream: Stream, connection: Connection): Promise<void> {
    return this.#finder.answer(stream, connection)
  }

  /** Resolves when somebody who fits has joined, or was not found. */
  seek(sought: Sought): Promise<void> {
    return this.#seeker.seek(sought)
  }

  /** A link is being made that is not kept for its own sake. */
  noteSpare(id: string): void {
    this.#spare.note(id)
  }

  /** Whom we are connected with, those not counted that are here for a task only. */
  get company(): number {
    const all = this.#options.links.connections()
    return all.filter(({ remotePeer }) => !this.#spare.has(remotePeer.toString())).length
  }

  /** How many peers the agent seeks company of. An observer hears only those it is linked with. */
  get enough(): number {
    if (!this.#observes) return PEERS_WANTED
    return Math.floor(this.#options.connectionsMax * OBSERVED_SHARE)
  }

  /** The agent collects the logs of others, or does not any more: then it keeps whom it has met. */
  observe(on: boolean): void {
    if (this.#observes === on) return
    this.#observes = on
    this.#options.discovery.meetAnother()
    clearTimeout(this.#asking)
    this.#askLater(ASK_AGAIN_MS.min)
  }

  stop(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#asking)
    this.#seeker.stop()
    this.#spare.stop()
  }

  #askLater(pauseMs: number): void {
    const { clock } = this.#options
    this.#asking = setTimeout(
      () => {
        const { company } = this
        const missing = this.enough - company
        if (missing > 0) this.#askForNames(missing)
        // Somebody has gone: those that are left may know others by now.
        const fewer = company < this.#most
        this.#most = company
        const max = this.#observes ? OBSERVER_ASKS_MS_MAX : ASK_AGAIN_MS.max
        this.#askLater(fewer ? ASK_AGAIN_MS.min : Math.min(max, 2 * pauseMs))
      },
      pauseMs * (0.5 + clock.chance())
    ).unref()
  }

  /** An exchange of cards tells whom the other side knows; only who dialled takes that up. */
  #askForNames(missing: number): void {
    const { clock, peers, discovery, links } = this.#options
    const left = discovery.sought().filter(({ id }) => id !== undefined && !peers.get(id))
    if (left.length >= missing) return
    const dialled = peers.all().filter(({ connection }) => connection.direction === 'outbound')
    const [one] = shuffled(dialled, clock.chance)
    if (one !== undefined) links.cards.exchange(one.connection).catch(() => undefined)
  }

  #later(): void {
    const { clock, discovery } = this.#options
    this.#timer = setTimeout(
      () => {
        discovery.meetAnother()
        this.#later()
      },
      MEET_EVERY_MS * (0.5 + clock.chance())
    ).unref()
  }
}
