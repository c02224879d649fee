/**
 * The agent's own trace log: events get their place and time, wait for company, and are sealed in
 * hash-chained batches, whether or not somebody listens.
 *
 * The chain goes on over restarts: the first batch of a start names the last one of the start
 * before. What a crash can take is what was not sealed yet, a quarter of a second at most.
 *
 * An event is written down as it will be sealed at once, when it is told: sealing two hundred then
 * takes a moment, and a task that comes meanwhile does not wait.
 */

import { encodeShared } from '../protocol/canonical.ts'
import { writeCborWith, WrittenItems } from '../protocol/cbor-writer.ts'
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
import { isOwnPart, isTraceEvent, SharedFields } from '../protocol/trace.ts'
import type { OwnFact, TraceEventType, TraceFact, TracePort } from '../protocol/trace.ts'
import type { Clock } from './clock.ts'
import { SealedBytes } from './trace/own-batch.ts'
import type { OwnBatch } from './trace/own-batch.ts'
import type { OwnLog } from './trace/own-log.ts'
import { WrittenEvents } from './trace/written-events.ts'
import { cutAt, isFleeting } from './trace/worth.ts'

/** Events that may wait for the end of a turn, count; more are sealed within it. */
const WAITING_EVENTS_MAX = 4_096
/** What a sealed batch has besides its events, bytes: signature, names, numbers, two digests. */
const BESIDES_BYTES_MAX = 512

export interface TraceLogOptions {
  readonly identity: Identity
  readonly network: string
  readonly clock: Clock
  readonly log: Pick<OwnLog, 'append' | 'digest'>
  /** New batches are in the log. */
  readonly sealed?: () => void
}

export class TraceLog implements TracePort {
  /** This start. */
  readonly boot: Uint8Array
  readonly #options: TraceLogOptions
  #waiting: Noted[] = []
  /** Their bytes. */
  readonly #events = new WrittenEvents()
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

  emit(fact: TraceFact): void
  emit(fact: OwnFact, of: SharedFields): void
  emit(fact: TraceFact | OwnFact, of?: SharedFields): void {
    if (this.#closed) return
    const seq = this.#next++
    const event = { ...fact, seq, at: this.#options.clock.now() }
    const bytes = writtenEvent(event, of)
    // An event that observers would refuse would take its whole batch with it.
    if (bytes === undefined) {
      this.#dropped++
      return
    }
    this.#events.add(bytes)
    const { length: size } = bytes
    const length = this.#waiting.push({ type: fact.type, seq, dropped: this.#dropped, size })
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
    const done: OwnBatch[] = []
    let [at, bytes] = [0, 0]
    let { digest } = log
    while (this.#waiting.length - at >= least && at < this.#waiting.length) {
      const events = company(this.#waiting.slice(at, at + BATCH_EVENTS_MAX))
      const size = events.reduce((sum, one) => sum + one.size, 0)
      const batch = this.#seal(events, this.#events.stretch(bytes, size), digest)
      at += events.length
      bytes += size
      digest = batch.sealed.digest
      done.push(batch)
    }
    if (done.length === 0) return
    this.#waiting.splice(0, at)
    this.#events.drop(bytes)
    log.append(done)
    sealed?.()
  }

  #seal(events: readonly Noted[], bytes: Uint8Array, prev: Uint8Array | undefined): OwnBatch {
    const { identity, network, clock } = this.#options
    const place = {
      ...{ boot: this.boot, first: events[0]?.seq ?? 0, dropped: events.at(-1)?.dropped ?? 0 }
    }
    const body = {
      ...{ v: WIRE_VERSION, network, from: identity.id, issued: clock.now(), ...place },
      events: new WrittenItems(events.length, bytes),
      ...(prev === undefined ? {} : { prev })
    }
    const sealed: Sealed<unknown> = seal('batch', body, identity)
    const fleeting = events.every(({ type }) => isFleeting(type))
    return { ...place, sealed: new SealedBytes(sealed), count: events.length, fleeting }
  }
}

/** The events of the next batch: without a gap, as many as fit, and cut where it is worth it. */
function company(noted: readonly Noted[]): readonly Noted[] {
  const [first] = noted
  if (first === undefined) return []
  const gap = noted.findIndex(({ seq }, at) => seq !== first.seq + at)
  const whole = gap === -1 ? noted : noted.slice(0, gap)
  const fitting = whole.slice(0, fit(whole))
  return fitting.slice(0, cutAt(fitting.map(({ type }) => type)))
}

/** How many fit into one batch, at least one: the largest event does. */
function fit(noted: readonly Noted[]): number {
  let bytes = BESIDES_BYTES_MAX
  const over = noted.findIndex(({ size }) => (bytes += size) > BATCH_BYTES_MAX)
  return over === -1 ? noted.length : Math.max(1, over)
}

/** An event that is written down. */
interface Noted {
  readonly type: TraceEventType
  readonly seq: number
  /** Events dropped before it in this start, count. */
  readonly dropped: number
  /** bytes */
  readonly size: number
}

/** An event as it will be in its batch, until the next is written; undefined when it is none. */
function writtenEvent(
  event: (TraceFact | OwnFact) & { readonly seq: number; readonly at: number },
  of: SharedFields | undefined
): Uint8Array | undefined {
  if (of === undefined) return isTraceEvent(event) ? encodeShared(event) : undefined
  const shared = SharedFields.written(of)
  if (shared !== false && isOwnPart(event)) return writeCborWith(event, shared)
  const whole = { ...SharedFields.plain(of), ...event }
  return isTraceEvent(whole) ? encodeShared(whole) : undefined
}
