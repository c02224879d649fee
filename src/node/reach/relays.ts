/**
 * Through which relays this agent can be reached, and getting them back.
 *
 * While it is wanted, a few relays are asked for a reservation: those the operator named, and then
 * any peer whose card says that it relays. A reservation ends with the connection it was asked for
 * over, so whenever a relay is met again it is asked again; the link itself is kept by discovery,
 * which dials in growing, jittered pauses.
 */

import { toPeerworkError } from '../../protocol/errors.ts'
import { believable, plain } from '../addresses.ts'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { KnownPeer } from '../peers.ts'
import { linkKind, throughRelay } from './relayed.ts'

/** Relays used at once, count: one may fail; each more costs its operator a reservation. */
const RELAYS_MAX = 2
/** Addresses told of one relay, count: two families. */
const ADDRESSES_MAX = 2
/** Pause before a relay that refused is asked again, ms; doubles up to the longest. */
const PAUSE_MS_MIN = 1_000
const PAUSE_MS_MAX = 30_000
/** A relay that is gone for so long is no longer dialled, ms; others have taken its place. */
const GONE_MS = 10 * 60_000

export interface RelaysOptions {
  readonly clock: Pick<Clock, 'now' | 'chance'>
  readonly log: Logger
  /** Ask a connected relay. Resolves with where it says it is. */
  readonly reserve: (relay: string) => Promise<readonly string[]>
  /** Whom we are connected to. */
  readonly peers: () => readonly KnownPeer[]
  /** Keep the link to a relay up, until it is released; false when the operator wants that. */
  readonly keep: (relay: string, address: string) => boolean
  readonly release: (relay: string) => void
  /** Our relayed addresses are others now. */
  readonly changed: () => void
}

export interface RelayUse {
  readonly relay: string
  readonly state: 'asking' | 'reserved' | 'refused'
  /** In this state since then, ms since 1970. */
  readonly since: number
  readonly error: string | null
}

interface Entry {
  state: RelayUse['state']
  since: number
  attempts: number
  error: string | null
  addresses: readonly string[]
  timer: NodeJS.Timeout | undefined
}

export class Relays {
  readonly #options: RelaysOptions
  readonly #entries = new Map<string, Entry>()
  readonly #named = new Set<string>()
  /** Whose links are kept because of us, and when those that are gone are let go. */
  readonly #chosen = new Set<string>()
  readonly #leaving = new Map<string, NodeJS.Timeout>()
  #wanted = false
  #stopped = false

  constructor(options: RelaysOptions) {
    this.#options = options
  }

  /** Whether others need a relay to reach us. What was reserved stays until its time is over. */
  want(wanted: boolean): void {
    this.#wanted = wanted
    this.consider()
  }

  /** The operator wants this relay to be used, whether it is needed or not. */
  name(relay: string): void {
    this.#named.add(relay)
    this.consider()
  }

  /** Somebody came, went or changed: is there a relay to be asked? */
  consider(): void {
    if (this.#stopped) return
    const connected = this.#options.peers()
    const here = new Set(connected.map(({ id }) => id))
    for (const id of [...this.#entries.keys()]) if (!here.has(id)) this.lost(id)
    for (const peer of connected) if (this.#fits(peer)) this.#ask(peer)
  }

  /** A reservation is over. */
  lost(relay: string): void {
    const entry = this.#entries.get(relay)
    if (entry === undefined || entry.state === 'asking') return
    clearTimeout(entry.timer)
    this.#entries.delete(relay)
    this.#releaseLater(relay)
    if (entry.state === 'reserved') this.#options.changed()
    // The connection may have survived its reservation.
    setImmediate(() => this.consider())
  }

  /** Under which addresses others reach us through relays; without our id. */
  get addresses(): string[] {
    return [...this.#entries.values()].flatMap(({ addresses }) => addresses)
  }

  get uses(): RelayUse[] {
    return [...this.#entries].map(([relay, { state, since, error }]) => {
      return { relay, state, since, error }
    })
  }

  stop(): void {
    this.#stopped = true
    for (const { timer } of this.#entries.values()) clearTimeout(timer)
    for (const timer of this.#leaving.values()) clearTimeout(timer)
    this.#entries.clear()
  }

  #stay(relay: string): void {
    clearTimeout(this.#leaving.get(relay))
    this.#leaving.delete(relay)
  }

  /** A relay that we chose is waited for, and not for ever. */
  #releaseLater(relay: string): void {
    if (!this.#chosen.has(relay)) return
    this.#stay(relay)
    const timer = setTimeout(() => {
      this.#leaving.delete(relay)
      this.#chosen.delete(relay)
      this.#options.release(relay)
    }, GONE_MS)
    this.#leaving.set(relay, timer.unref())
  }

  #fits({ id, card, connection }: KnownPeer): boolean {
    if (card.relay !== true || this.#entries.has(id)) return false
    if (linkKind(connection) === 'relayed') return false
    return this.#named.has(id) || (this.#wanted && this.#entries.size < RELAYS_MAX)
  }

  #ask(peer: KnownPeer): void {
    const { now } = this.#options.clock
    const fresh = { attempts: 0, error: null, addresses: [], timer: undefined }
    const entry: Entry = { state: 'asking', since: now(), ...fresh }
    this.#entries.set(peer.id, entry)
    void this.#reserve(peer, entry)
  }

  async #reserve(peer: KnownPeer, entry: Entry): Promise<void> {
    const { reserve, changed, keep, clock, log } = this.#options
    entry.attempts++
    try {
      const told = await reserve(peer.id)
      if (this.#stopped || this.#entries.get(peer.id) !== entry) return
      const where = addressesOf(peer, told)
      Object.assign(entry, { state: 'reserved', since: clock.now(), attempts: 0, error: null })
      entry.addresses = where.map((address) => throughRelay(address, peer.id))
      const [first] = where
      this.#stay(peer.id)
      if (first !== undefined && keep(peer.id, `${first}/p2p/${peer.id}`)) {
        this.#chosen.add(peer.id)
      }
      log.info({ relay: peer.id, name: peer.name }, 'reachable through a relay')
      changed()
    } catch (thrown) {
      if (this.#stopped || this.#entries.get(peer.id) !== entry) return
      const error = toPeerworkError(thrown).message
      log.debug({ relay: peer.id, error }, 'no reservation')
      if (entry.state !== 'refused') Object.assign(entry, { state: 'refused', since: clock.now() })
      entry.error = error
      this.#again(peer, entry)
    }
  }

  #again({ id }: KnownPeer, entry: Entry): void {
    const pause = Math.min(PAUSE_MS_MAX, PAUSE_MS_MIN * 2 ** (entry.attempts - 1))
    const jittered = pause * (0.5 + this.#options.clock.chance() / 2)
    entry.timer = setTimeout(() => {
      const peer = this.#options.peers().find((one) => one.id === id)
      if (peer === undefined) this.lost(id)
      else void this.#reserve(peer, entry)
    }, jittered).unref()
  }
}

/** Where others can reach the relay: where we did, and what it says as far as is believable. */
function addressesOf({ connection, addresses }: KnownPeer, told: readonly string[]): string[] {
  const link = connection.remoteAddr.toString()
  const said = believable([...addresses, ...told.map(plain)], link)
  const reached = connection.direction === 'outbound' ? [plain(link)] : []
  return [...new Set([...reached, ...said])].slice(0, ADDRESSES_MAX)
}
