/**
 * How far a search of the directory goes: from the peers that are connected to those that they
 * name, and so on towards whoever keeps what is sought.
 *
 * Those that are named are hearsay, and a hostile peer can name anybody. So only addresses that are
 * believed are dialled, whoever answers has to pass the handshake of members and show its card like
 * any other peer, and the dials are counted: so many for one search, and so many a minute in all.
 */

import type { Connection } from '@libp2p/interface'
import type { kadDHT } from '@libp2p/kad-dht'
import { peerIdFromString } from '@libp2p/peer-id'
import { PeerworkError } from '../../protocol/errors.ts'
import { TokenBucket } from '../token-bucket.ts'
import type { HostParts } from './parts.ts'

/** Dials of one search, count: some three rounds of it, of which a few go to who left. */
export const SEARCH_DIALS_MAX = 12
/** Dials to tell where we are and what we offer, count: those nearest to some of our keys. */
export const TELL_DIALS_MAX = 24
/** Of what the table does by itself to know its neighbours: at a start, and then two a minute. */
const UPKEEP = { burst: 8, perSecond: 2 / 60 } as const
/** All of them together: some searches at once, count, and then thirty a minute. */
const ALL = { burst: 48, perSecond: 0.5 } as const
/** Peers whose addresses are remembered, count: those of a few searches. */
const HEARD_MAX = 512
/** Who could not be reached is not dialled again for so long, ms. */
const SPARED_MS = 60_000

/** How many dials are left of one search; it travels along with the table's options. */
const ALLOWANCE = Symbol('dials')
interface Allowance {
  left: number
}

export interface Travelling {
  readonly signal: AbortSignal
  readonly [ALLOWANCE]: Allowance
}

export interface BeyondOptions {
  readonly parts: HostParts
  readonly elapsed: () => number
  /** Those of the addresses that may be dialled on the directory's word. */
  readonly believe: (addresses: readonly string[]) => string[]
  /** A connection to this peer at addresses that are believed. */
  readonly reach: (id: string, addresses: readonly string[]) => Promise<Connection>
}

type Peer = Connection['remotePeer']
type ConnectionManager = Parameters<ReturnType<typeof kadDHT>>[0]['connectionManager']

export class Beyond {
  readonly #options: BeyondOptions
  readonly #all: TokenBucket
  readonly #upkeep: TokenBucket
  readonly #heard = new Map<string, readonly string[]>()
  readonly #vain = new Map<string, number>()

  constructor(options: BeyondOptions) {
    this.#options = options
    this.#all = new TokenBucket(ALL, options.elapsed)
    this.#upkeep = new TokenBucket(UPKEEP, options.elapsed)
  }

  /** What the table is given for one search, so that it is known again. */
  travelling(dials: number, signal: AbortSignal): Travelling {
    return { signal, [ALLOWANCE]: { left: dials } }
  }

  /** Somebody named this peer. */
  heard(id: string, addresses: readonly string[]): void {
    const believed = this.#options.believe(addresses)
    if (believed.length === 0) return
    this.#heard.delete(id)
    this.#heard.set(id, believed)
    const [oldest = ''] = this.#heard.keys()
    if (this.#heard.size > HEARD_MAX) this.#heard.delete(oldest)
  }

  /** The host's, but it goes beyond who is connected as far as it may, and no step further. */
  get connectionManager(): ConnectionManager {
    const { believe } = this.#options
    return this.#manager({
      openStream: async (to, protocol, more) => {
        const connection = await this.#connect(peerOf(to), more)
        return connection.newStream(protocol, more)
      },
      isDialable: (to) => {
        const addresses = Array.isArray(to) ? to : [to]
        return Promise.resolve(believe(addresses.map(String)).length > 0)
      }
    })
  }

  /**
   * For pings, by which the table looks whether somebody is there: who was just named is not, and a
   * ping that tried to dial would be in the way of the dial that is meant.
   */
  get connectedOnly(): ConnectionManager {
    return this.#manager({
      openStream: async (to, protocol, more) => {
        const direct = this.#direct(peerOf(to))
        if (direct === undefined) throw refused('it is not connected')
        return direct.newStream(protocol, more)
      }
    })
  }

  #manager(own: Partial<ConnectionManager>): ConnectionManager {
    return new Proxy(this.#options.parts.connectionManager, {
      get(target, name) {
        if (name in own) return own[name as keyof ConnectionManager]
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      }
    })
  }

  #direct(peer: Peer): Connection | undefined {
    const { connectionManager } = this.#options.parts
    return connectionManager.getConnections(peer).find(({ limits }) => !limits)
  }

  async #connect(peer: Peer, travelling: Partial<Travelling> | undefined): Promise<Connection> {
    const direct = this.#direct(peer)
    if (direct !== undefined) return direct
    const { reach, elapsed } = this.#options
    const id = peer.toString()
    const addresses = this.#heard.get(id) ?? (await this.#kept(peer))
    this.#take(id, addresses, travelling?.[ALLOWANCE])
    try {
      return await reach(id, addresses)
    } catch (error) {
      this.#vain.set(id, elapsed())
      throw error
    }
  }

  /** Where a peer was that was connected once, by its own word. */
  async #kept(peer: Peer): Promise<string[]> {
    const { parts, believe } = this.#options
    const known = await parts.peerStore.get(peer).catch(() => undefined)
    return believe(known?.addresses.map(({ multiaddr }) => multiaddr.toString()) ?? [])
  }

  /** @throws PeerworkError `DIAL_FAILED` when this peer is not to be dialled, now or at all */
  #take(id: string, addresses: readonly string[], allowance: Allowance | undefined): void {
    this.#forgetVain()
    if (addresses.length === 0) throw refused('where it is was not told')
    if (this.#vain.has(id)) throw refused('it was dialled in vain a moment ago')
    const mine = allowance === undefined ? this.#upkeep.dueMs() === 0 : allowance.left > 0
    if (!mine || this.#all.take() === undefined) throw refused('enough others were dialled')
    if (allowance === undefined) this.#upkeep.take()
    else allowance.left--
  }

  #forgetVain(): void {
    const now = this.#options.elapsed()
    for (const [id, at] of this.#vain) if (now - at >= SPARED_MS) this.#vain.delete(id)
  }
}

const refused = (why: string): PeerworkError => new PeerworkError('DIAL_FAILED', why)

const peerOf = (to: Parameters<ConnectionManager['openStream']>[0]): Peer =>
  typeof to === 'object' && 'toCID' in to ? to : peerIdFromString(String(to))
