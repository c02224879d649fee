/**
 * Where a task goes on after a failure: to the next peer; where there is none, to the same one once
 * it is in reach again, or to those that are full once they have room.
 */

import { PeerworkError, toPeerworkError } from '../../protocol/errors.ts'
import type { ErrorCode } from '../../protocol/errors.ts'
import { choosePeer, pick } from '../choose.ts'
import type { Choice } from '../choose.ts'
import type { Clock } from '../clock.ts'
import type { KnownPeer } from '../peers.ts'
import { TaskFailure } from '../task-failure.ts'
import { Bell } from './bell.ts'
import type { Neighbourhood } from './candidates.ts'
import { goesOn, LEFT_MS_MIN } from './failover.ts'
import { regain, REGAIN_MS_MAX } from './regain.ts'
import type { Regaining } from './regain.ts'
import type { Trip } from './trip.ts'

/** How often one task seeks a lost peer, count: a link that breaks more often carries no task. */
const REGAINS_MAX = 4
/** How often one task waits for full peers, count: with the longest pause, eight minutes. */
const WAITS_MAX = 256
/** Shortest pause before a full peer is asked again, ms; doubles up to the longest. */
const PAUSE_MS_MIN = 100
const PAUSE_MS_MAX = 2_000
/** Taken for granted when a full peer does not say when it has room, ms. */
const RETRY_MS = 1_000

const FULL: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['BUSY', 'QUOTA_EXCEEDED'])
const ALONE: Choice['among'] = []

export interface OnwardOptions {
  readonly around: Neighbourhood
  readonly clock: Clock
  readonly connect: Regaining['connect']
}

export class Onward {
  readonly #options: OnwardOptions

  constructor(options: OnwardOptions) {
    this.#options = options
  }

  /**
   * The peer failed: who is next?
   *
   * @throws PeerworkError what it failed with, when that is nobody
   */
  async next(trip: Trip, { peer }: Choice, thrown: unknown): Promise<Choice> {
    const { around, clock } = this.#options
    const error = afterAway(toPeerworkError(thrown), trip)
    if (trip.handle.canceled !== undefined || !goesOn(error.code)) throw error
    trip.note(peer.id, error)
    if (FULL.has(error.code)) trip.full(peer.id, clock.elapsed() + retryMsOf(error))
    if (!trip.further(clock.elapsed())) throw error
    const { to } = trip.request
    const next = to === undefined ? pick(trip.request, around) : undefined
    if (next !== undefined) return going(trip, next, error.code)
    // What a peer signed is its last word.
    const lost = error.code === 'PEER_LOST' && !(error instanceof TaskFailure)
    if (!lost) return this.#wait(trip, peer, error)
    try {
      return await this.#regain(trip, peer, error)
    } catch (gone) {
      if (trip.due === undefined || trip.handle.canceled !== undefined) throw gone
      return this.#wait(trip, peer, error)
    }
  }

  /** Reach the peer that was lost: it may still be at work, or have the result. */
  async #regain(trip: Trip, peer: KnownPeer, error: PeerworkError): Promise<Choice> {
    const { around, clock, connect } = this.#options
    const { signal } = trip.handle
    const ms = Math.min(REGAIN_MS_MAX, trip.leftMs(clock.elapsed()) - LEFT_MS_MIN)
    if (++trip.regains > REGAINS_MAX || ms <= 0) throw error
    tellWaiting(trip, { peer, after: error.code, ms })
    const { peers } = around
    const back = await regain(peer, { msMax: ms, signal }, { peers, connect, clock }).catch(
      (thrown: unknown) => {
        signal.throwIfAborted()
        throw stillLost(error, toPeerworkError(thrown))
      }
    )
    if (!trip.further(clock.elapsed())) throw error
    return going(trip, { peer: back, among: ALONE }, error.code)
  }

  /** Everybody who could take it is full, or was: until the first of them has room. */
  async #wait(trip: Trip, peer: KnownPeer, error: PeerworkError): Promise<Choice> {
    const { around, clock } = this.#options
    const { due } = trip
    if (due === undefined || !trip.request.patient) throw error
    const now = clock.elapsed()
    const pause = Math.min(PAUSE_MS_MAX, PAUSE_MS_MIN * 2 ** trip.waits)
    const ms = Math.max(pause, due - now)
    const room = trip.leftMs(now) - LEFT_MS_MIN
    if (ms > room || trip.waits >= WAITS_MAX) throw stillFull(error, trip, now)
    trip.waits++
    // Those who were refused together do not come back together.
    const waitMs = Math.min(room, ms * (1 + clock.chance() / 4))
    tellWaiting(trip, { peer, after: error.code, ms: waitMs })
    const another = (): Choice | undefined => {
      return trip.request.to === undefined ? pick(trip.request, around) : undefined
    }
    const { signal } = trip.handle
    using bell = new Bell(around.peers.events, () => another() !== undefined, signal)
    await bell.wait(waitMs)
    const newcomer = another()
    if (newcomer === undefined) trip.anew()
    if (!trip.further(clock.elapsed())) throw stillFull(error, trip, clock.elapsed())
    const next = newcomer ?? pick(trip.request, around) ?? (await this.#find(trip, signal))
    return going(trip, next, error.code)
  }

  /** Those that were full have left meanwhile. */
  #find(trip: Trip, signal: AbortSignal): Promise<Choice> {
    const { around, clock } = this.#options
    const waitMs = Math.min(trip.request.waitMs, trip.leftMs(clock.elapsed()))
    return choosePeer({ ...trip.request, waitMs, signal }, around)
  }
}

function going(trip: Trip, choice: Choice, after: string): Choice {
  trip.goTo(choice.peer.id, after)
  return choice
}

interface Waiting {
  readonly peer: KnownPeer
  readonly after: ErrorCode
  readonly ms: number
}

function tellWaiting({ handle, request }: Trip, { peer, after, ms }: Waiting): void {
  const { id: to, name } = peer
  handle.push({ type: 'waiting', task: request.id, to, name, after, ms: Math.round(ms) })
}

function retryMsOf({ facts }: PeerworkError): number {
  const { retryAfterMs } = facts
  return typeof retryAfterMs === 'number' && retryAfterMs >= 0 ? retryAfterMs : RETRY_MS
}

/** Nobody here canceled it: the peer gave up on us while we were away. */
function afterAway(error: PeerworkError, trip: Trip): PeerworkError {
  if (error.code !== 'CANCELED' || trip.regains === 0) return error
  if (trip.handle.canceled !== undefined) return error
  const message = `the peer gave the task up while it was out of reach: ${error.message}`
  trip.regains = REGAINS_MAX
  return new PeerworkError('PEER_LOST', message, error.facts, error)
}

function stillLost(error: PeerworkError, why: PeerworkError): PeerworkError {
  const message = `${error.message}; it cannot be reached again: ${why.message}`
  return new PeerworkError(error.code, message, error.facts, why)
}

function stillFull(error: PeerworkError, trip: Trip, now: number): PeerworkError {
  const { waits } = trip
  if (waits === 0) return error
  const seconds = Math.round((now - trip.begin) / 1_000)
  const message = `${error.message}; it was asked ${waits + 1} times in ${seconds} s`
  return new PeerworkError(error.code, message, { ...error.facts, waits }, error)
}
