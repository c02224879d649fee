/**
 * The agent's own trace log: events get their place and time, wait for company, and are sealed in
 * hash-chained batches, whether or not somebody listens.
 *
 * The chain goes on over restarts: the first batch of a start names the last one of the start
 * before. What a crash can take is what was not sealed yet, a quarter of a second at most.
 */

import {
  BATCH_BYTES_MAX,
  BATCH_EVENTS_MAX,
  BATCH_WAIT_MS,
  LOG_BOOT_BYTES,
  WIRE_VERSION
} from '../protocol/constants.ts'
import type { Identity } from '../protocol/identity.ts'
import { seal } from '../protocol/seal.ts'
import type { Sealed } from '../protocol/seal.ts'
import { isTraceEvent } from '../protocol/trace.ts'
import type { TraceBatch, TraceEvent, TraceFact, TracePort } from '../protocol/trace.ts'
import type { Clock } from './clock.ts'
import type { OwnLog } from './trace/own-log.ts'
import { cutAt } from './trace/worth.ts'

/** Events that may wait for the end of a turn, count; more are sealed within it. */
const WAITING_EVENTS_MAX = 4_096

export interface TraceLogOptions {
  readonly identity: Identity
  readonly network: string
  readonly clock: Clock
  readonly log: Pick<OwnLog, 'append' | 'digest'>
  /** New batches are in the log. */
  readonly sealed?: (batches: readonly Sealed<TraceBatch>[]) => void
}

export class TraceLog implements TracePort {
  /** This start. */
  readonly boot: Uint8Array
  readonly #options: TraceLogOptions
  #waiting: Noted[] = []
  #next = 0
  #dropped = 0
  #timer: NodeJS.Timeout | undefined
  /** Enough for a batch waits for the end of the turn. */
  #soon = false
  #closed = false

  constructor(options: TraceLogOptions) {
    this.#options = options
    this.boot = options.clock.random(LOG_BOOT_BYTES)
  }

  /** Events of this start so far, sealed or not, count. */
  get next(): number {
    return this.#next
  }

  /** Events that no observer would take, count. */
  get dropped(): number {
    return this.#dropped
  }

  emit(fact: TraceFact): void {
    if (this.#closed) return
    // Put together when it is sealed, together with others.
    const length = this.#waiting.push({
      ...{ fact, seq: this.#next++, at: this.#options.clock.now() }
    })
    if (length >= WAITING_EVENTS_MAX) this.#sealSome(BATCH_EVENTS_MAX)
    else if (length >= BATCH_EVENTS_MAX) {
      if (!this.#soon) setImmediate(() => this.#endOfTurn())
      this.#soon = true
    }
    this.#timer ??= setTimeout(() => this.flush(), BATCH_WAIT_MS).unref()
  }

  /** Seal everything that waits. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#sealSome(1)
  }

  /** Seal everything, and take nothing more. */
  close(): void {
    this.flush()
    this.#closed = true
  }

  #endOfTurn(): void {
    this.#soon = false
    this.#sealSome(BATCH_EVENTS_MAX)
  }

  /** Seal as long as so many wait; one write for all batches. */
  #sealSome(least: number): void {
    const { log, sealed } = this.#options
    const done: { sealed: Sealed<TraceBatch>; dropped: number }[] = []
    let at = 0
    let { digest } = log
    while (this.#waiting.length - at >= least && at < this.#waiting.length) {
      const events = this.#company(at)
      at += Math.max(1, events.length)
      if (events.length === 0) continue
      const batch = this.#seal(events, digest)
      at -= events.length - batch.body.events.length
      digest = batch.digest
      done.push({ sealed: batch, dropped: this.#dropped })
    }
    this.#waiting.splice(0, at)
    if (done.length === 0) return
    log.append(done)
    sealed?.(done.map((one) => one.sealed))
  }

  /**
   * The events of one batch.
   *
   * An event that observers would refuse would take the whole batch with it: it is dropped and
   * counted, and a new batch begins after it, so that no batch has a gap.
   */
  #company(from: number): TraceEvent[] {
    const noted = this.#waiting.slice(from, from + BATCH_EVENTS_MAX)
    const types = noted.map(({ fact }) => fact.type)
    const events: TraceEvent[] = []
    for (const { fact, seq, at } of noted.slice(0, cutAt(types))) {
      const event = { ...fact, seq, at }
      if (!isTraceEvent(event)) {
        if (events.length === 0) this.#dropped++
        return events
      }
      events.push(event)
    }
    return events
  }

  /** As many of the events as fit into one batch. */
  #seal(events: readonly TraceEvent[], prev: Uint8Array | undefined): Sealed<TraceBatch> {
    const { identity, network, clock } = this.#options
    const body: TraceBatch = {
      v: WIRE_VERSION,
      network,
      from: identity.id,
      issued: clock.now(),
      boot: this.boot,
      first: events[0]?.seq ?? 0,
      dropped: this.#dropped,
      events: [...events],
      ...(prev === undefined ? {} : { prev })
    }
    const sealed = seal('batch', body, identity)
    // Only texts as long as they may be do not fit; then less than half of them is tried again.
    if (sealed.bytes.length <= BATCH_BYTES_MAX || events.length === 1) return sealed
    const share = Math.floor((events.length * BATCH_BYTES_MAX) / sealed.bytes.length)
    return this.#seal(events.slice(0, Math.max(1, Math.floor(share * 0.8))), prev)
  }
}

/** A fact with its place and time, not yet one object with them. */
interface Noted {
  readonly fact: TraceFact
  readonly seq: number
  readonly at: number
}
