/** Whom we are connected to, and what they said of themselves. */

import type { Connection } from '@libp2p/interface'
import type { JsonObject } from '../protocol/json.ts'
import { parseJson } from '../protocol/json.ts'
import { PeerworkError } from '../protocol/errors.ts'
import type { Card, Offer } from '../protocol/message/card.ts'
import type { SkillOffer } from '../tasks/work.ts'
import type { Peer, PeerEvent } from './api.ts'
import { Broadcast } from './broadcast.ts'
import type { Waiting } from './broadcast.ts'
import { linkKind } from './reach/relayed.ts'

const PREFIX_LENGTH_MIN = 6
/**
 * Skills in the cards of peers that the operator did not name, together, bytes on the wire: 4,000
 * usual cards. In memory they are some four times as large.
 */
const STRANGER_BYTES_MAX = 8 * 1024 * 1024

/** A peer with what only this room needs. */
export interface KnownPeer extends Peer {
  readonly card: Card
  readonly connection: Connection
  /** What its skills had on the wire. */
  readonly bytes: number
  /** When its card came, ms since 1970 by our clock: how old its load is. */
  readonly heard: number
}

/** Every task changes a card, and cards may be large: of one peer, only the newest change waits. */
const WAITING: Waiting<PeerEvent> = {
  key: ({ type, peer }) => (type === 'changed' ? peer.id : undefined),
  weight: ({ peer }) => weights.get(peer.skills) ?? 0
}
const weights = new WeakMap<readonly SkillOffer[], number>()

export class Peers {
  readonly events = new Broadcast<PeerEvent>(WAITING)
  /** Whether the operator named this peer. */
  readonly lists: (id: string) => boolean
  readonly #known = new Map<string, KnownPeer>()

  constructor(lists: (id: string) => boolean = () => false) {
    this.lists = lists
  }

  get size(): number {
    return this.#known.size
  }

  get(id: string): KnownPeer | undefined {
    return this.#known.get(id)
  }

  all(): KnownPeer[] {
    return [...this.#known.values()]
  }

  nameOf(id: string): string | null {
    return this.#known.get(id)?.name ?? null
  }

  /**
   * Take in a verified card. Old news (a lower sequence number) is ignored.
   *
   * @throws PeerworkError `MALFORMED` when a schema in it is not JSON
   */
  update(card: Card, connection: Connection, found: Pick<Peer, 'via' | 'since'>): void {
    const before = this.#known.get(card.from)
    if (before !== undefined && before.card.seq > card.seq) return
    const { from: id, name, version, addresses, isolation, load } = card
    const skills = card.skills.map(toSkillOffer)
    const bytes = card.skills.reduce((sum, offer) => sum + bytesOf(offer), 0)
    weights.set(skills, bytes)
    const best = preferred(before?.connection, connection)
    const peer: KnownPeer = {
      ...{ id, name, version, addresses, isolation, load, card, skills, bytes },
      heard: found.since,
      connection: best,
      link: linkKind(best),
      via: before?.via ?? found.via,
      since: before?.since ?? found.since
    }
    this.#known.set(id, peer)
    if (before === undefined) this.events.send({ type: 'joined', peer: publicPart(peer) })
    else if (before.card.seq < card.seq || before.link !== peer.link) {
      this.events.send({ type: 'changed', peer: publicPart(peer) })
    }
  }

  /** Point a peer at another of its connections, after one of several went away. */
  rebind(id: string, connection: Connection): void {
    const before = this.#known.get(id)
    if (before === undefined) return
    const peer = { ...before, connection, link: linkKind(connection) }
    this.#known.set(id, peer)
    if (peer.link !== before.link) {
      this.events.send({ type: 'changed', peer: publicPart(peer) })
    }
  }

  remove(id: string, reason: string): KnownPeer | undefined {
    const peer = this.#known.get(id)
    if (peer === undefined) return undefined
    this.#known.delete(id)
    this.events.send({ type: 'left', peer: publicPart(peer), reason })
    return peer
  }

  /**
   * Strangers with whom there is too much to remember: those with the largest cards, so that
   * whoever fills our memory goes before who does not.
   */
  excess(): KnownPeer[] {
    const strangers = this.all().filter(({ id }) => !this.lists(id))
    let bytes = strangers.reduce((sum, peer) => sum + peer.bytes, 0)
    if (bytes <= STRANGER_BYTES_MAX) return []
    const gone: KnownPeer[] = []
    for (const peer of strangers.sort((one, other) => other.bytes - one.bytes)) {
      if (bytes <= STRANGER_BYTES_MAX) break
      gone.push(peer)
      bytes -= peer.bytes
    }
    return gone
  }

  /**
   * The peer a person means: its id, a unique beginning of it, or its unique name. Anybody can take
   * any name, so a peer that the operator named comes before strangers that are called the same.
   *
   * @throws PeerworkError `PEER_AMBIGUOUS`; an unknown one is `undefined`
   */
  find(text: string): KnownPeer | undefined {
    const exact = this.#known.get(text)
    if (exact !== undefined) return exact
    const fits = this.all().filter(
      ({ id, name }) => name === text || (text.length >= PREFIX_LENGTH_MIN && matchesId(id, text))
    )
    const listed = fits.filter(({ id }) => this.lists(id))
    if (listed.length === 1) return listed[0]
    if (fits.length > 1) {
      const facts = {
        peers: fits
          .map(({ id }) => id)
          .join(' ')
          .slice(0, 200)
      }
      throw new PeerworkError('PEER_AMBIGUOUS', `${fits.length} peers match "${text}"`, facts)
    }
    return fits[0]
  }
}

/** The newer connection, unless it goes through a relay and the older one does not. */
function preferred(older: Connection | undefined, newer: Connection): Connection {
  if (older === undefined || older.status !== 'open') return newer
  return linkKind(older) === 'direct' && linkKind(newer) === 'relayed' ? older : newer
}

/** Ids all begin alike (`12D3KooW`), so a beginning may also be of what follows. */
export function matchesId(id: string, text: string): boolean {
  return id.startsWith(text) || id.slice('12D3KooW'.length).startsWith(text)
}

export function publicPart(peer: KnownPeer): Peer {
  const { card: _card, connection, bytes: _bytes, heard: _heard, ...rest } = peer
  const { rtt } = connection
  return { ...rest, ...(rtt !== undefined && { roundTripMs: rtt }) }
}

function toSkillOffer(offer: Offer): SkillOffer {
  return { ...offer, input: schemaOf(offer.input), output: schemaOf(offer.output) }
}

const bytesOf = ({ name, description, input, output, tags, models }: Offer): number =>
  [name, description, input, output, ...tags, ...models].reduce(
    (sum, { length }) => sum + length,
    0
  )

function schemaOf(text: string): JsonObject {
  const value = parseJson(Buffer.from(text))
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonObject
  }
  if (value === true) return {}
  throw new PeerworkError('MALFORMED', 'a schema is not an object')
}
