/**
 * From "somebody is there" to a connection that stays.
 *
 * Candidates come from mDNS, from bootstrap addresses, from peers (hearsay) and from peers that
 * were here before; `addresses.ts` says which addresses are believed. Each is dialled with a
 * growing, jittered pause between attempts, and what the operator did not name is dialled at a
 * bounded rate: ids cost nothing, so whoever names many of them must not make us knock everywhere.
 * When two agents find each other at once, the smaller id dials and the other one waits a moment:
 * one connection instead of two.
 */

import { parseAddress, plain } from './addresses.ts'
import { alsoAt, merged, rotated } from './candidate.ts'
import type { Candidate, Via } from './candidate.ts'
import { explainDial } from './diagnosis/dial-error.ts'
import type { DiscoveryOptions, Sought } from './discovery-options.ts'
import { PEERS_WANTED, Reserve } from './meet/reserve.ts'
import { Turns } from './meet/turns.ts'

/** Pause before the second attempt, ms; doubles up to the longest. */
const PAUSE_MS_MIN = 250
/** The same where the operator says that somebody is, ms: who was started with us listens soon. */
const NAMED_PAUSE_MS_MIN = 60
const PAUSE_MS_MAX = 30_000
/** The same for links that are kept up, as long as the outage is young: back within seconds. */
const KEPT_PAUSE_MS_MAX = 4_000
const KEPT_YOUNG_ATTEMPTS = 150
/** Head start of the smaller id, ms: a dial on a LAN takes a tenth of it. */
const COURTESY_MS = 750
/** Attempts before a candidate that nobody vouches for is forgotten; mDNS brings it back. */
const ATTEMPTS_MAX = 12
/** The same for addresses that only another peer named: hearsay is not worth a port scan. */
const HEARSAY_ATTEMPTS_MAX = 3
/** Candidates kept, count: several times the largest network one agent connects to. */
const CANDIDATES_MAX = 1_024
/** Candidates that one peer may have named, count: as many as it may name in one exchange. */
const NAMED_MAX = 64
/** One dial with handshake, ms: what the host allows one address. */
const DIAL_MS_MAX = 15_000

type Named = { readonly informant?: string | undefined }

export class Discovery {
  readonly #options: DiscoveryOptions
  readonly #candidates = new Map<string, Candidate>()
  readonly #stopping = new AbortController()
  readonly #turns: Turns
  readonly #reserve: Reserve

  constructor(options: DiscoveryOptions) {
    this.#options = options
    const { clock, peers = () => 0, enough = () => PEERS_WANTED } = options
    this.#turns = new Turns(clock.elapsed)
    this.#reserve = new Reserve({
      ...{ clock, peers, enough, known: () => this.#candidates.size },
      dialing: (msMax) => this.#dialing(msMax),
      dial: (key) => this.#schedule(this.#candidates.get(key), 0)
    })
  }

  /** How a peer was found, when it was found at all. */
  viaOf(id: string): Via | undefined {
    return this.#candidates.get(id)?.via
  }

  /** Everybody sought, for diagnosis: whom, where, since when, and why in vain. */
  sought(): Sought[] {
    return [...this.#candidates.values()].map(({ id, addresses, via, lastError, apart }) => {
      return { id, address: addresses[0] ?? '?', via, error: lastError, apart }
    })
  }

  /**
   * Somebody may be there. Addresses are without `/p2p/`.
   *
   * @param informant the peer that says so, when it is hearsay
   */
  offer(id: string, addresses: readonly string[], via: Via, informant?: string): void {
    if (id === this.#options.self || addresses.length === 0) return
    const known = this.#candidates.get(id)
    if (known !== undefined) {
      if (known.via !== 'bootstrap') known.addresses = merged(known.addresses, addresses, via)
      // Somebody who speaks up again is worth a new try now.
      if (known.attempts > 2 && via === 'mdns') this.#schedule(known, 0)
      return
    }
    if (informant !== undefined && this.#namedBy(informant) >= NAMED_MAX) return
    const candidate = this.#add(id, { id, addresses, via, informant })
    const courtesy = via === 'mdns' && id < this.#options.self ? COURTESY_MS : 0
    this.#schedule(candidate, courtesy)
  }

  /** A task wants this peer: dial it, even if there are enough. */
  want(id: string, addresses: readonly string[]): void {
    if (this.#options.connected(id)) return
    this.#reserve.want(id)
    this.#options.wanted?.(id)
    this.offer(id, addresses, 'peer')
    const candidate = this.#candidates.get(id)
    if (candidate?.dialing === false) this.#schedule(candidate, 0)
    else this.#reserve.forget(id)
  }

  /** Dial those that are needed, and any one of those that are not. */
  meetAnother(): void {
    const { id, addresses = [] } = this.#candidates.get(this.#reserve.any() ?? '') ?? {}
    if (id !== undefined) this.want(id, addresses)
    this.#reserve.refill()
  }

  /** Keep a link to this address, for as long as the agent runs. */
  keep(address: string): void {
    const { id, address: given } = parseAddress(address)
    if (id === this.#options.self) return
    const key = id ?? given
    const via = 'bootstrap'
    const candidate = this.#candidates.get(key) ?? this.#add(key, { id, addresses: [given], via })
    // What others say of it gives way; what it was asked to keep before does not.
    candidate.addresses = alsoAt(candidate.via === via ? candidate.addresses : [], given)
    candidate.via = via
    this.#schedule(candidate, 0)
  }

  /** Keep a link no longer: from now on it is a peer like others. */
  release(id: string): void {
    const candidate = this.#candidates.get(id)
    if (candidate === undefined) return
    candidate.via = 'inbound'
    candidate.attempts = 0
  }

  /** A peer went away: try to get it back. */
  lost(id: string, addresses: readonly string[]): void {
    if (this.#stopping.signal.aborted) return
    const known = [...this.#candidates.values()].find((candidate) => candidate.id === id)
    const candidate =
      known ??
      (addresses.length === 0 ? undefined : this.#add(id, { id, addresses, via: 'inbound' }))
    if (candidate === undefined) return
    if (candidate.via !== 'bootstrap' && addresses.length > 0) candidate.addresses = addresses
    // It was here: worth more attempts than what somebody merely named.
    if (candidate.via === 'peer') candidate.via = 'inbound'
    candidate.attempts = 0
    candidate.apart = this.#options.clock.now()
    const courtesy = id < this.#options.self ? COURTESY_MS : 0
    this.#schedule(candidate, courtesy + this.#jitter(PAUSE_MS_MIN))
    this.#reserve.refill()
  }

  /** A peer that does not fit (wrong network, no Peerwork): try again rarely, or not at all. */
  refuse(id: string, reason: string): void {
    for (const [key, candidate] of this.#candidates) {
      if (candidate.id !== id) continue
      clearTimeout(candidate.timer)
      candidate.lastError = reason
      candidate.attempts = KEPT_YOUNG_ATTEMPTS
      if (candidate.via === 'bootstrap') this.#again(candidate)
      else this.#forget(key)
    }
    this.#reserve.refill()
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
    this.#reserve.stop()
    for (const { timer } of this.#candidates.values()) clearTimeout(timer)
  }

  #add(
    key: string,
    { id, addresses, via, informant }: Pick<Candidate, 'id' | 'addresses' | 'via'> & Named
  ): Candidate {
    if (this.#candidates.size >= CANDIDATES_MAX) this.#makeRoom()
    const idle = { attempts: 0, dialing: false, began: 0, due: undefined, timer: undefined }
    const candidate: Candidate = {
      ...{ key, id, addresses, via, informant, ...idle },
      lastError: undefined,
      apart: this.#options.clock.now()
    }
    this.#candidates.set(key, candidate)
    return candidate
  }

  /** The oldest hearsay, or else the oldest that is neither connected nor the operator's wish. */
  #makeRoom(): void {
    const idle = [...this.#candidates.values()].filter(({ id, via }) => {
      return via !== 'bootstrap' && (id === undefined || !this.#options.connected(id))
    })
    const least = idle.find(({ via }) => via === 'peer') ?? idle[0]
    if (least === undefined) return
    clearTimeout(least.timer)
    this.#forget(least.key)
  }

  #namedBy(peer: string): number {
    return this.#candidates
      .values()
      .filter(({ informant, id }) => {
        return informant === peer && id !== undefined && !this.#options.connected(id)
      })
      .reduce((count) => count + 1, 0)
  }

  #schedule(candidate: Candidate | undefined, delayMs: number): void {
    if (candidate === undefined || this.#stopping.signal.aborted) return
    clearTimeout(candidate.timer)
    candidate.timer = setTimeout(() => void this.#attempt(candidate), delayMs)
    if (delayMs > 0) candidate.timer.unref()
  }

  async #attempt(candidate: Candidate): Promise<void> {
    const { connected, dial, log } = this.#options
    if (candidate.dialing || (candidate.id !== undefined && connected(candidate.id))) return
    if (candidate.via !== 'bootstrap' && !this.#isDue(candidate)) return
    const company = candidate.via !== 'bootstrap' && !this.#reserve.wants(candidate.key)
    this.#reserve.forget(candidate.key)
    candidate.dialing = true
    candidate.began = this.#options.clock.elapsed()
    candidate.attempts++
    try {
      const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(DIAL_MS_MAX)])
      const suffix = candidate.id === undefined ? '' : `/p2p/${candidate.id}`
      const connection = await dial(
        rotated(candidate.addresses, candidate.attempts - 1).map((address) => address + suffix),
        signal
      )
      candidate.id = connection.remotePeer.toString()
      const worked = plain(connection.remoteAddr.toString())
      if (candidate.addresses.includes(worked)) {
        candidate.addresses = [...new Set([worked, ...candidate.addresses])]
      }
      candidate.lastError = undefined
      if (company) this.#reserve.spend(this.#options.clock.elapsed() - candidate.began)
    } catch (error) {
      const fault = explainDial(error)
      candidate.lastError = fault.why
      if (!this.#stopping.signal.aborted) this.#options.failed?.(candidate.id, fault)
      log.debug({ key: candidate.key, error: candidate.lastError }, 'dial failed')
      this.#again(candidate)
    } finally {
      candidate.dialing = false
    }
  }

  /** Whether a candidate that others named may be dialled now; if not, it is put off. */
  #isDue(candidate: Candidate): boolean {
    const { key } = candidate
    if (this.#reserve.keeps(key)) return false
    const waitMs = this.#turns.wait(candidate, this.#reserve.wants(key), this.#dialing())
    if (waitMs === undefined) {
      candidate.attempts++
      this.#again(candidate)
    } else if (waitMs > 0) this.#schedule(candidate, waitMs)
    return waitMs === 0
  }

  #forget(key: string): void {
    this.#candidates.delete(key)
    this.#reserve.forget(key)
  }

  /** Dials that go on and began at most so long ago, ms; without those the operator wants. */
  #dialing(msMax = Infinity): number {
    const now = this.#options.clock.elapsed()
    return this.#candidates.values().reduce((count, { dialing, began, via }) => {
      return dialing && via !== 'bootstrap' && now - began <= msMax ? count + 1 : count
    }, 0)
  }

  #again(candidate: Candidate): void {
    const max = candidate.via === 'peer' ? HEARSAY_ATTEMPTS_MAX : ATTEMPTS_MAX
    if (candidate.via !== 'bootstrap' && candidate.attempts >= max) {
      this.#forget(candidate.key)
      this.#reserve.refill()
      return
    }
    const named = candidate.via === 'bootstrap'
    const young = named && candidate.attempts < KEPT_YOUNG_ATTEMPTS
    const longest = young ? KEPT_PAUSE_MS_MAX : PAUSE_MS_MAX
    const shortest = named ? NAMED_PAUSE_MS_MIN : PAUSE_MS_MIN
    const grown = shortest * 2 ** (candidate.attempts - 1)
    this.#schedule(candidate, this.#jitter(Math.min(longest, grown)))
  }

  /** Half to all of a pause, so that many agents do not knock at the same moment. */
  #jitter(pause: number): number {
    return pause * (0.5 + this.#options.clock.chance() / 2)
  }
}
