/**
 * The agent's own trace log: events get their place and time, wait for company, and are sealed in
 * hash-chained batches.
 *
 * First cut: batches are sealed only while somebody listens. Until then the newest events wait, up
 * to a bound; what falls out is counted, and the count is signed into every batch, so an observer
 * always knows what it has not seen.
 */

import { encodedLength } from '../protocol/canonical.ts'
import {
  BATCH_BYTES_MAX,
  BATCH_EVENTS_MAX,
  BATCH_WAIT_MS,
  WIRE_VERSION
} from '../protocol/constants.ts'
import type { Identity } from '../protocol/identity.ts'
import { seal } from '../protocol/seal.ts'
import type { Sealed } from '../protocol/seal.ts'
import { isTraceEvent } from '../protocol/trace.ts'
import type { TraceBatch, TraceEvent, TraceFact, TracePort } from '../protocol/trace.ts'
import type { Clock } from './clock.ts'

/** Events kept for the first listener, count: some 200 tasks. */
const WAITING_EVENTS_MAX = 2_048
/** Body bytes besides the events: ids, digest, numbers. */
const BATCH_OVERHEAD_BYTES = 1_024

export interface TraceLogOptions {
  readonly identity: Identity
  readonly network: string
  readonly clock: Clock
  /** Whether a batch sealed now would reach anybody. */
  readonly listened: () => boolean
  /** False when it reached nobody: a peer that just subscribed may not be reachable yet. */
  readonly publish: (batch: Sealed<TraceBatch>) => Promise<boolean>
}

export class TraceLog implements TracePort {
  readonly #options: TraceLogOptions
  readonly #boot: Uint8Array
  #waiting: Noted[] = []
  #next = 0
  #dropped = 0
  #prev: Uint8Array | undefined
  #timer: NodeJS.Timeout | undefined
  #flushing = false

  constructor(options: TraceLogOptions) {
    this.#options = options
    this.#boot = options.clock.random(8)
  }

  emit(fact: TraceFact): void {
    // Put together when it is sealed: most agents are not listened to.
    this.#waiting.push({ fact, seq: this.#next++, at: this.#options.clock.now() })
    // Not while a batch is on its way: it may come back, and must find its place in front.
    if (!this.#flushing) this.#trim()
    if (this.#waiting.length === BATCH_EVENTS_MAX) setImmediate(() => void this.flush())
    this.#later()
  }

  /**
   * Seal and publish what waits, if anybody listens. One flush at a time, so batches stay in
   * order.
   */
  async flush(): Promise<void> {
    if (this.#flushing) return
    this.#flushing = true
    clearTimeout(this.#timer)
    this.#timer = undefined
    try {
      while (this.#waiting.length > 0 && this.#options.listened()) {
        const events = this.#takeSome()
        if (events.length === 0) continue
        const batch = this.#seal(events)
        if (!(await this.#options.publish(batch))) {
          this.#waiting.unshift(...events.map(notedOf))
          this.#later()
          return
        }
        this.#prev = batch.digest
      }
    } finally {
      this.#flushing = false
      this.#trim()
    }
  }

  /** Too much waits for a listener: the oldest go. */
  #trim(): void {
    while (this.#waiting.length > WAITING_EVENTS_MAX) {
      this.#waiting.splice(0, BATCH_EVENTS_MAX)
      this.#dropped += BATCH_EVENTS_MAX
    }
  }

  #later(): void {
    this.#timer ??= setTimeout(() => void this.flush(), BATCH_WAIT_MS).unref()
  }

  /**
   * The events of one batch: as many as fit in count and bytes, if any does.
   *
   * An event that observers would refuse would take the whole batch with it: it is dropped and
   * counted, and a new batch begins after it, so that no batch has a gap.
   */
  #takeSome(): TraceEvent[] {
    const events: TraceEvent[] = []
    let bytes = BATCH_OVERHEAD_BYTES
    for (const { fact, seq, at } of this.#waiting.slice(0, BATCH_EVENTS_MAX)) {
      const event = { ...fact, seq, at }
      if (!isTraceEvent(event)) {
        if (events.length > 0) break
        this.#waiting.shift()
        this.#dropped++
        return events
      }
      const size = encodedLength(event)
      if (events.length > 0 && bytes + size > BATCH_BYTES_MAX) break
      bytes += size
      events.push(event)
    }
    this.#waiting.splice(0, events.length)
    return events
  }

  #seal(events: TraceEvent[]): Sealed<TraceBatch> {
    const { identity, network, clock } = this.#options
    const body: TraceBatch = {
      v: WIRE_VERSION,
      network,
      from: identity.id,
      issued: clock.now(),
      boot: this.#boot,
      first: events[0]?.seq ?? 0,
      dropped: this.#dropped,
      events,
      ...(this.#prev === undefined ? {} : { prev: this.#prev })
    }
    return seal('batch', body, identity)
  }
}

/** A fact with its place and time, not yet one object with them. */
interface Noted {
  readonly fact: TraceFact
  readonly seq: number
  readonly at: number
}

const notedOf = (event: TraceEvent): Noted => ({ fact: event, seq: event.seq, at: event.at })
