/** The members that are connected now, and the talk with them about the roster. */

import type { Connection, Stream } from '@libp2p/interface'
import { PeerworkError, toPeerworkError } from '../../protocol/errors.ts'
import type { AgentId } from '../../protocol/identity.ts'
import type { MemberRecord } from '../../protocol/membership/exchange.ts'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { Exchange } from './exchange.ts'
import type { ExchangeOptions } from './exchange.ts'
import type { News } from './load-roster.ts'
import { twinsOf } from './problems.ts'
import { passOn, tellAll } from './spread.ts'
import type { Spreader } from './spread.ts'

/** How long an agent may take to say that it is still there, ms: then it is taken for gone. */
const ALIVE_MS_MAX = 1_500
/** How often the roster is compared with that of some peer, ms. */
const COMPARE_MS = 60_000
/** When the side that was dialled begins to compare rosters itself, ms. */
const COURTESY_MS = 1_500

/** What membership needs of the network. */
export interface Wires {
  /** Open connections, one of each peer. */
  connections(): Connection[]
  /** End all connections of a peer. */
  cut(peer: AgentId, error: PeerworkError): void
  /** We have refused a peer. */
  refused(peer: AgentId, error: PeerworkError): void
  /** Somebody else runs with our key. */
  copied(): void
  /** Own addresses, and then those of peers, with `/p2p/<id>`. */
  addresses(): readonly string[]
}

export interface CompanyOptions extends ExchangeOptions {
  readonly clock: Clock
  readonly log: Logger
  readonly isAdmin: (peer: AgentId) => boolean
  /** Rosters were compared with this peer. */
  readonly met: (peer: AgentId) => void
}

export class Company {
  readonly exchange: Exchange
  readonly #options: CompanyOptions
  readonly #compared = new WeakSet<Connection>()
  #wires: Wires | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: CompanyOptions) {
    this.#options = options
    this.exchange = new Exchange(options)
  }

  start(wires: Wires): void {
    this.#wires = wires
    this.#timer = setInterval(() => this.#compareWithSome(), COMPARE_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#wires = undefined
  }

  addresses(): readonly string[] {
    return this.#wires?.addresses() ?? []
  }

  connections(): Connection[] {
    return this.#wires?.connections() ?? []
  }

  admins(): Connection[] {
    return this.connections().filter(({ remotePeer }) => {
      return this.#options.isAdmin(remotePeer.toString())
    })
  }

  refused(peer: AgentId, error: PeerworkError): void {
    this.#wires?.refused(peer, error)
  }

  copied(): void {
    this.#wires?.copied()
  }

  cut(peer: AgentId, error: PeerworkError): void {
    this.#wires?.cut(peer, error)
  }

  /** The side that dialled compares rosters before it does anything else with a peer. */
  async opened(connection: Connection): Promise<void> {
    if (connection.direction === 'outbound') {
      await this.#compare(connection)
      return
    }
    setTimeout(() => {
      if (!this.#compared.has(connection)) void this.#compare(connection)
    }, COURTESY_MS).unref()
  }

  async answer(stream: Stream, connection: Connection): Promise<void> {
    const asked = await this.exchange.answer(stream, connection)
    if (asked !== 'have') return
    this.#compared.add(connection)
    this.#options.met(connection.remotePeer.toString())
  }

  /** Pass on what a peer has told us. */
  passOn(news: readonly News[], from: AgentId): void {
    passOn(news, from, this.#spreader())
  }

  /** Tell everybody. @returns how many have heard it */
  tell(record: MemberRecord): Promise<number> {
    return tellAll(this.connections(), [record], this.#spreader())
  }

  /** Whether a peer that we are connected to still answers; it learns that it has a twin. */
  async isAlive(peer: AgentId): Promise<boolean> {
    const connection = this.connections().find(({ remotePeer }) => remotePeer.toString() === peer)
    if (connection === undefined) return false
    try {
      const signal = AbortSignal.timeout(ALIVE_MS_MAX)
      await this.exchange.warn(connection, twinsOf(peer), signal)
      return true
    } catch {
      this.cut(peer, new PeerworkError('PEER_LOST', 'it was started anew'))
      return false
    }
  }

  async #compare(connection: Connection): Promise<void> {
    const peer = connection.remotePeer.toString()
    this.#compared.add(connection)
    try {
      await this.exchange.sync(connection)
      this.#options.met(peer)
    } catch (error) {
      const why = toPeerworkError(error).message
      this.#options.log.debug({ peer, why }, 'rosters not compared')
    }
  }

  #compareWithSome(): void {
    const all = this.connections()
    const some = all[Math.floor(this.#options.clock.chance() * all.length)]
    if (some !== undefined) void this.#compare(some)
  }

  #spreader(): Spreader {
    return {
      exchange: this.exchange,
      connections: () => this.connections(),
      isAdmin: this.#options.isAdmin,
      chance: this.#options.clock.chance
    }
  }
}
