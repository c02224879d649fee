/**
 * Links: connections that come and go become peers that join and leave.
 *
 * The dialling side begins a card exchange; whoever is connected but shows no card in time, or a
 * card that does not fit, is disconnected. When the last connection of a peer goes, the peer leaves
 * and discovery tries to get it back.
 */

import type { Connection } from '@libp2p/interface'
import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import type { Identity } from '../protocol/identity.ts'
import { HINTS_MAX } from '../protocol/message/card.ts'
import type { Card, PeerHint } from '../protocol/message/card.ts'
import { believable, plain } from './addresses.ts'
import { Cards } from './cards.ts'
import type { CardsOptions } from './cards.ts'
import type { Clock } from './clock.ts'
import type { Observed } from './diagnosis/observed.ts'
import type { Discovery } from './discovery.ts'
import type { Host } from './host.ts'
import type { Logger } from './logger.ts'
import type { OwnMembership } from './membership/own-membership.ts'
import type { KnownPeer, Peers } from './peers.ts'
import { shuffled } from './meet/shuffled.ts'
import { isPunched } from './reach/shared-port.ts'
import { linkKind } from './reach/relayed.ts'

/** How long a connected stranger may stay without a card, ms; and half more of our patience. */
const CARDLESS_MS_MAX = 10_000
/** Own cards are shown again this often, ms: half of their life. */
const RENEW_MS = 5 * 60_000
/** When a card that could not be shown is shown again, ms: after the burst that was in its way. */
const SHOW_AGAIN_MS = 1_000
/** How often a new connection is greeted before it is given up, count. */
const GREETINGS_MAX = 3

export interface LinksOptions {
  readonly host: Host
  readonly identity: Identity
  readonly network: string
  readonly clock: Clock
  readonly peers: Peers
  readonly discovery: Discovery
  readonly describe: CardsOptions['describe']
  readonly observed: Observed
  readonly log: Logger
  /** In a network with an owner. */
  readonly membership?: OwnMembership | undefined
}

export class Links {
  readonly cards: Cards
  readonly #options: LinksOptions
  readonly #renewal: NodeJS.Timeout
  readonly #cardless = new Map<string, NodeJS.Timeout>()
  readonly #refusals = new Map<string, PeerworkError>()
  #change: NodeJS.Immediate | undefined

  constructor(options: LinksOptions) {
    this.#options = options
    const { host, identity, network, clock, describe, observed } = options
    this.cards = new Cards({
      ...{ identity, network, clock, describe },
      hints: () => this.#hints(),
      patienceMs: () => host.services.pulse.patienceMs,
      learned: (card, connection, hints) => this.#learned(card, connection, hints),
      refused: (connection, error) => this.#refuse(connection, error),
      tooMany: () => observed.unserved('card', 'BUSY')
    })
    host.addEventListener('connection:open', (event) => this.#opened(event.detail))
    host.addEventListener('connection:close', (event) => this.#closed(event.detail))
    this.#renewal = setInterval(() => this.#showAll(), RENEW_MS).unref()
  }

  /**
   * Own skills, addresses or limits changed: tell every peer, once a turn.
   *
   * @throws PeerworkError `BAD_OPTION` or `SKILL_INVALID` when no peer would take the card
   */
  changed(): void {
    this.cards.renew()
    this.cards.check()
    this.#change ??= setImmediate(() => {
      this.#change = undefined
      this.#showAll()
    })
  }

  /** Why a peer was turned away last, if it was. */
  refusalOf(id: string): PeerworkError | undefined {
    return this.#refusals.get(id) ?? this.#options.membership?.gate.refusalOf(id)
  }

  /** End all connections of a peer that is no member any more. */
  cut(id: string, error: PeerworkError): void {
    const { host, peers } = this.#options
    peers.remove(id, error.message)
    for (const connection of host.getConnections()) {
      if (connection.remotePeer.toString() === id) this.#refuse(connection, error)
    }
  }

  /** Open connections, one of each peer, the direct one before one through a relay. */
  connections(): Connection[] {
    const one = new Map<string, Connection>()
    for (const connection of this.#options.host.getConnections()) {
      const id = connection.remotePeer.toString()
      if (connection.status !== 'open') continue
      if (!one.has(id) || linkKind(connection) === 'direct') one.set(id, connection)
    }
    return [...one.values()]
  }

  /** Where peers can be dialled, with `/p2p/<id>`. */
  known(): string[] {
    return this.#hints().flatMap(({ id, addresses }) => {
      return addresses.map((address) => `${address}/p2p/${id}`)
    })
  }

  stop(): void {
    clearInterval(this.#renewal)
    clearImmediate(this.#change)
    for (const timer of this.#cardless.values()) clearTimeout(timer)
  }

  #opened(connection: Connection): void {
    const id = connection.remotePeer.toString()
    if (connection.direction === 'outbound') {
      this.#refusals.delete(id)
      void this.#introduce(connection, GREETINGS_MAX)
      return
    }
    void this.#options.membership?.opened(connection)
    const timer = setTimeout(
      () => {
        this.#cardless.delete(connection.id)
        if (this.#options.peers.get(id) !== undefined) return
        this.#refuse(connection, new PeerworkError('MALFORMED', 'it showed no card'))
      },
      Math.max(CARDLESS_MS_MAX, 1.5 * this.#options.host.services.pulse.patienceMs)
    ).unref()
    this.#cardless.set(connection.id, timer)
  }

  async #introduce(connection: Connection, greetings: number): Promise<void> {
    try {
      await this.#greet(connection)
    } catch (thrown) {
      const error = toPeerworkError(thrown)
      // Of two that do not fit, either may be the first to close.
      const misfit = error.code === 'WRONG_NETWORK'
      if (!misfit && connection.status !== 'open') return
      // A peer that was asked too often a moment ago breaks the stream, and means nothing by it.
      if (error.code !== 'PEER_LOST' || greetings <= 1) return this.#refuse(connection, error)
      setTimeout(() => {
        if (connection.status === 'open') void this.#introduce(connection, greetings - 1)
      }, SHOW_AGAIN_MS).unref()
    }
  }

  /** Members compare what they know of members before anything else. */
  async #greet(connection: Connection): Promise<void> {
    await this.#options.membership?.opened(connection)
    await this.cards.exchange(connection)
  }

  #closed(connection: Connection): void {
    const { host, peers, discovery, log } = this.#options
    const id = connection.remotePeer.toString()
    clearTimeout(this.#cardless.get(connection.id))
    this.#cardless.delete(connection.id)
    const others = host
      .getConnections(connection.remotePeer)
      .filter(({ status }) => status === 'open')
    const other = others.find((one) => linkKind(one) === 'direct') ?? others[0]
    if (other !== undefined) {
      peers.rebind(id, other)
      return
    }
    const peer = peers.remove(id, 'the connection ended')
    if (peer === undefined) {
      const dialled = connection.direction === 'outbound'
      // Whom we turned away ourselves, discovery knows of already, and why.
      const unexplained = dialled && !this.#refusals.has(id)
      if (unexplained) discovery.failed(id, 'the connection ended before a card came')
      return
    }
    log.info({ peer: id, name: peer.name }, 'peer left')
    discovery.lost(id, addressesOf(peer))
  }

  #learned(card: Card, connection: Connection, hints: readonly PeerHint[]): void {
    const { clock, peers, discovery, identity, observed, log } = this.#options
    const { from: id } = card
    observed.accepted(id)
    observed.clockOf(id, card.name, card.issued)
    const fresh = peers.get(id) === undefined
    const inbound = connection.direction === 'inbound'
    const via = discovery.viaOf(id) ?? (inbound ? 'inbound' : 'dial')
    this.#refusals.delete(id)
    peers.update(this.#heard(card), connection, { via, since: clock.now() })
    if (fresh) log.info({ peer: id, name: card.name, via }, 'peer joined')
    for (const peer of peers.excess()) this.#drop(peer)
    if (peers.get(id) === undefined) return
    // Only the newcomer dials those it hears of: they cannot know of it yet.
    if (inbound) return
    // Not all newcomers the same ones first: they dial only so many.
    for (const hint of shuffled(hints, clock.chance)) {
      if (hint.id === identity.id || peers.get(hint.id) !== undefined) continue
      const addresses = believable(hint.addresses, connection.remoteAddr.toString())
      discovery.offer(hint.id, addresses, 'peer', id)
    }
  }

  /** A member is called what the network calls it, and offers work only if it may do any. */
  #heard(card: Card): Card {
    const { membership } = this.#options
    if (membership === undefined) return card
    const { name = card.name } = membership.book.roster.of(card.from) ?? {}
    return { ...card, name, skills: membership.may(card.from, 'execute') ? card.skills : [] }
  }

  #refuse(connection: Connection, error: PeerworkError): void {
    const { peers, discovery, observed, log } = this.#options
    const id = connection.remotePeer.toString()
    observed.refused(id, error, 'us')
    log.warn({ peer: id, code: error.code, why: error.message }, 'peer turned away')
    this.#refusals.set(id, error)
    if (this.#refusals.size > REFUSALS_MAX) this.#refusals.delete(firstKey(this.#refusals))
    if (peers.get(id) === undefined) {
      // Who was late may be in time when all are less busy; who does not fit never will be.
      if (error.code === 'DEADLINE_EXCEEDED') discovery.failed(id, error.message)
      else discovery.refuse(id, error.message)
    }
    connection.abort(error)
  }

  /** A stranger that there is no room for. Nothing is wrong with it, but it is not sought again. */
  #drop({ id, connection, bytes }: KnownPeer): void {
    const error = new PeerworkError('BUSY', 'the cards of strangers take too much room', { bytes })
    this.#options.peers.remove(id, error.message)
    this.#refuse(connection, error)
  }

  /** Where others can reach a peer of ours. */
  hint(peer: KnownPeer): PeerHint {
    return { id: peer.id, addresses: addressesOf(peer) }
  }

  /** Of more peers than fit, others each time: so that newcomers do not all hear of the same. */
  #hints(): PeerHint[] {
    const { peers, clock } = this.#options
    const all = peers.all()
    const from = all.length > HINTS_MAX ? Math.floor(clock.chance() * all.length) : 0
    const told = [...all.slice(from), ...all.slice(0, from)].slice(0, HINTS_MAX)
    return told.map((peer) => this.hint(peer))
  }

  #showAll(): void {
    this.cards.renew()
    for (const { connection } of this.#options.peers.all()) {
      this.cards.exchange(connection).catch(() => this.#showAgain(connection))
    }
  }

  /** Once more, or the peer would not hear of the change until the next one. */
  #showAgain(connection: Connection): void {
    setTimeout(() => {
      if (connection.status !== 'open') return
      this.cards.exchange(connection).catch((error: unknown) => {
        const peer = connection.remotePeer.toString()
        this.#options.log.debug({ peer, why: toPeerworkError(error).message }, 'card not shown')
      })
    }, SHOW_AGAIN_MS).unref()
  }
}

/** Refusals remembered, count; for error messages only. */
const REFUSALS_MAX = 256

const firstKey = (map: Map<string, unknown>): string => map.keys().next().value ?? ''

/** Where a peer can be dialled: where we reached it, and what it says as far as is believable. */
function addressesOf(peer: KnownPeer): string[] {
  const link = peer.connection.remoteAddr.toString()
  const said = believable(peer.addresses, link)
  if (peer.connection.direction === 'inbound' || isPunched(peer.connection)) return said
  return [...new Set([plain(link), ...said])].slice(0, 8)
}
