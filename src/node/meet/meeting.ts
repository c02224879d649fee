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
import { Seeker } from './seeker.ts'
import { SpareLinks } from './spare-links.ts'

/** How often somebody is met who is no peer yet, ms: a dial and an exchange of cards. */
const MEET_EVERY_MS = 30_000

export interface MeetingOptions {
  readonly self: string
  readonly clock: Clock
  readonly peers: Peers
  readonly discovery: Discovery
  readonly links: Pick<Links, 'hint' | 'connections'>
  /** Whether tasks of or for this peer run now. */
  readonly busy: (id: string) => boolean
  /** Look elsewhere too. */
  readonly elsewhere: (sought: Sought) => Promise<void>
}

export class Meeting {
  readonly #options: MeetingOptions
  readonly #finder: Finder
  readonly #seeker: Seeker
  readonly #spare: SpareLinks
  #timer: NodeJS.Timeout | undefined

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

  stop(): void {
    clearTimeout(this.#timer)
    this.#seeker.stop()
    this.#spare.stop()
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
