/**
 * From "somebody is there" to a connection that stays.
 *
 * Candidates come from mDNS, from bootstrap addresses, from peers (hearsay, bounded by
 * `addresses.ts`) and from peers that were here before. Each is dialled with a growing, jittered
 * pause between attempts. When two agents find each other at once, the smaller id dials and the
 * other one waits a moment: one connection instead of two.
 */

import type { Connection } from '@libp2p/interface'
import type { Peer } from './api.ts'
import { parseAddress } from './addresses.ts'
import type { Clock } from './clock.ts'

/** Pause before the second attempt, ms; doubles up to the longest. */
const PAUSE_MS_MIN = 250
const PAUSE_MS_MAX = 30_000
/** Head start of the smaller id, ms: a dial on a LAN takes a tenth of it. */
const COURTESY_MS = 750
/** Attempts before a candidate that nobody vouches for is forgotten; mDNS brings it back. */
const ATTEMPTS_MAX = 12
/** The same for addresses that only another peer named: hearsay is not worth a port scan. */
const HEARSAY_ATTEMPTS_MAX = 3
/** Addresses kept of one candidate, count. */
const ADDRESSES_MAX = 8
/** Candidates kept, count: several times the largest network one agent connects to. */
const CANDIDATES_MAX = 1_024
/** One dial with handshake, ms. */
const DIAL_MS_MAX = 5_000

type Via = Peer['via']

interface Candidate {
  /** Peer id, or the address itself while the id is not known. */
  readonly key: string
  id: string | undefined
  addresses: readonly string[]
  via: Via
  attempts: number
  dialing: boolean
  timer: NodeJS.Timeout | undefined
  lastError: string | undefined
}

export interface DiscoveryOptions {
  readonly self: string
  readonly clock: Clock
  readonly dial: (addresses: readonly string[], signal: AbortSignal) => Promise<Connection>
  readonly connected: (id: string) => boolean
  readonly log: { debug(facts: object, message: string): void }
}

export class Discovery {
  readonly #options: DiscoveryOptions
  readonly #candidates = new Map<string, Candidate>()
  readonly #stopping = new AbortController()

  constructor(options: DiscoveryOptions) {
    this.#options = options
  }

  /** How a peer was found, when it was found at all. */
  viaOf(id: string): Via | undefined {
    return this.#candidates.get(id)?.via
  }

  /** Why the candidates are not connected, for diagnosis: newest error of each. */
  failures(): { address: string; error: string }[] {
    return [...this.#candidates.values()].flatMap(({ addresses, lastError, id }) => {
      if (lastError === undefined || (id !== undefined && this.#options.connected(id))) return []
      return [{ address: addresses[0] ?? '?', error: lastError }]
    })
  }

  /** Somebody may be there. Addresses are without `/p2p/`. */
  offer(id: string, addresses: readonly string[], via: Via): void {
    if (id === this.#options.self || addresses.length === 0) return
    const known = this.#candidates.get(id)
    if (known !== undefined) {
      // Anybody on the LAN can claim any id, so news is added to what we had, never instead of it.
      if (known.via !== 'bootstrap') {
        const all = new Set([...addresses, ...known.addresses])
        known.addresses = [...all].slice(0, ADDRESSES_MAX)
      }
      // Somebody who speaks up again is worth a new try now.
      if (known.attempts > 2 && via === 'mdns') this.#schedule(known, 0)
      return
    }
    const candidate = this.#add(id, id, addresses, via)
    const courtesy = via === 'mdns' && id < this.#options.self ? COURTESY_MS : 0
    this.#schedule(candidate, courtesy)
  }

  /** Keep a link to this address, for as long as the agent runs. */
  keep(address: string): void {
    const { id, address: plain } = parseAddress(address)
    if (id === this.#options.self) return
    const key = id ?? plain
    const candidate = this.#candidates.get(key) ?? this.#add(key, id, [plain], 'bootstrap')
    candidate.via = 'bootstrap'
    candidate.addresses = [plain]
    this.#schedule(candidate, 0)
  }

  /** A peer went away: try to get it back. */
  lost(id: string, addresses: readonly string[]): void {
    if (this.#stopping.signal.aborted) return
    const known = [...this.#candidates.values()].find((candidate) => candidate.id === id)
    const candidate =
      known ?? (addresses.length === 0 ? undefined : this.#add(id, id, addresses, 'inbound'))
    if (candidate === undefined) return
    if (candidate.via !== 'bootstrap' && addresses.length > 0) candidate.addresses = addresses
    // It was here: worth more attempts than what somebody merely named.
    if (candidate.via === 'peer') candidate.via = 'inbound'
    candidate.attempts = 0
    const courtesy = id < this.#options.self ? COURTESY_MS : 0
    this.#schedule(candidate, courtesy + this.#jitter(PAUSE_MS_MIN))
  }

  /** A peer that does not fit (wrong network, no Peerwork): try again rarely, or not at all. */
  refuse(id: string, reason: string): void {
    for (const [key, candidate] of this.#candidates) {
      if (candidate.id !== id) continue
      clearTimeout(candidate.timer)
      candidate.lastError = reason
      candidate.attempts = ATTEMPTS_MAX
      if (candidate.via === 'bootstrap') this.#again(candidate)
      else this.#candidates.delete(key)
    }
  }

  /** A dialled connection ended before it became a peer: the next attempt is due, after a pause. */
  failed(id: string, reason: string): void {
    if (this.#stopping.signal.aborted) return
    for (const candidate of [...this.#candidates.values()]) {
      if (candidate.id !== id || candidate.dialing) continue
      candidate.lastError = reason
      this.#again(candidate)
    }
  }

  stop(): void {
    this.#stopping.abort()
    for (const { timer } of this.#candidates.values()) clearTimeout(timer)
  }

  #add(key: string, id: string | undefined, addresses: readonly string[], via: Via): Candidate {
    if (this.#candidates.size >= CANDIDATES_MAX) this.#makeRoom()
    const idle = { attempts: 0, dialing: false, timer: undefined, lastError: undefined }
    const candidate: Candidate = { key, id, addresses, via, ...idle }
    this.#candidates.set(key, candidate)
    return candidate
  }

  /** The oldest candidate that is neither connected nor the operator's own wish. */
  #makeRoom(): void {
    for (const [key, { id, via, timer }] of this.#candidates) {
      if (via === 'bootstrap' || (id !== undefined && this.#options.connected(id))) continue
      clearTimeout(timer)
      this.#candidates.delete(key)
      return
    }
  }

  #schedule(candidate: Candidate, delayMs: number): void {
    if (this.#stopping.signal.aborted) return
    clearTimeout(candidate.timer)
    candidate.timer = setTimeout(() => void this.#attempt(candidate), delayMs)
    if (delayMs > 0) candidate.timer.unref()
  }

  async #attempt(candidate: Candidate): Promise<void> {
    const { connected, dial, log } = this.#options
    if (candidate.dialing || (candidate.id !== undefined && connected(candidate.id))) return
    candidate.dialing = true
    candidate.attempts++
    try {
      const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(DIAL_MS_MAX)])
      const suffix = candidate.id === undefined ? '' : `/p2p/${candidate.id}`
      const connection = await dial(
        candidate.addresses.map((address) => address + suffix),
        signal
      )
      candidate.id = connection.remotePeer.toString()
      candidate.lastError = undefined
    } catch (error) {
      candidate.lastError = (error as Error).message
      log.debug({ key: candidate.key, error: candidate.lastError }, 'dial failed')
      this.#again(candidate)
    } finally {
      candidate.dialing = false
    }
  }

  #again(candidate: Candidate): void {
    const max = candidate.via === 'peer' ? HEARSAY_ATTEMPTS_MAX : ATTEMPTS_MAX
    if (candidate.via !== 'bootstrap' && candidate.attempts >= max) {
      this.#candidates.delete(candidate.key)
      return
    }
    const pause = Math.min(PAUSE_MS_MAX, PAUSE_MS_MIN * 2 ** (candidate.attempts - 1))
    this.#schedule(candidate, this.#jitter(pause))
  }

  /** Half to all of a pause, so that many agents do not knock at the same moment. */
  #jitter(pause: number): number {
    return pause * (0.5 + this.#options.clock.chance() / 2)
  }
}
