/** Whom we are connected to, and what they said of themselves. */

import type { Connection } from '@libp2p/interface'
import type { JsonObject } from '../protocol/json.ts'
import { parseJson } from '../protocol/json.ts'
import { PeerworkError } from '../protocol/errors.ts'
import type { Card, Offer } from '../protocol/message/card.ts'
import type { SkillOffer } from '../tasks/work.ts'
import type { Peer, PeerEvent } from './api.ts'
import { Broadcast } from './broadcast.ts'

const PREFIX_LENGTH_MIN = 6

/** A peer with what only this room needs. */
export interface KnownPeer extends Peer {
  readonly card: Card
  readonly connection: Connection
}

export class Peers {
  readonly events = new Broadcast<PeerEvent>()
  readonly #known = new Map<string, KnownPeer>()

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
    const peer: KnownPeer = {
      ...{ id, name, version, addresses, isolation, load, card, connection },
      skills: card.skills.map(toSkillOffer),
      via: before?.via ?? found.via,
      since: before?.since ?? found.since
    }
    this.#known.set(id, peer)
    if (before === undefined) this.events.send({ type: 'joined', peer: publicPart(peer) })
    else if (before.card.seq < card.seq) {
      this.events.send({ type: 'changed', peer: publicPart(peer) })
    }
  }

  /** Point a peer at another of its connections, after one of several went away. */
  rebind(id: string, connection: Connection): void {
    const peer = this.#known.get(id)
    if (peer !== undefined) this.#known.set(id, { ...peer, connection })
  }

  remove(id: string, reason: string): KnownPeer | undefined {
    const peer = this.#known.get(id)
    if (peer === undefined) return undefined
    this.#known.delete(id)
    this.events.send({ type: 'left', peer: publicPart(peer), reason })
    return peer
  }

  /**
   * The peer a person means: its id, a unique beginning of it, or its unique name.
   *
   * @throws PeerworkError `PEER_AMBIGUOUS`; an unknown one is `undefined`
   */
  find(text: string): KnownPeer | undefined {
    const exact = this.#known.get(text)
    if (exact !== undefined) return exact
    const fits = this.all().filter(
      ({ id, name }) => name === text || (text.length >= PREFIX_LENGTH_MIN && matchesId(id, text))
    )
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

/** Ids all begin alike (`12D3KooW`), so a beginning may also be of what follows. */
export function matchesId(id: string, text: string): boolean {
  return id.startsWith(text) || id.slice('12D3KooW'.length).startsWith(text)
}

export function publicPart(peer: KnownPeer): Peer {
  const { card: _card, connection: _connection, ...rest } = peer
  return rest
}

function toSkillOffer(offer: Offer): SkillOffer {
  return { ...offer, input: schemaOf(offer.input), output: schemaOf(offer.output) }
}

function schemaOf(text: string): JsonObject {
  const value = parseJson(Buffer.from(text))
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonObject
  }
  if (value === true) return {}
  throw new PeerworkError('MALFORMED', 'a schema is not an object')
}
