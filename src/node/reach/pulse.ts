/**
 * Whether the other end of each connection still answers.
 *
 * TCP tells when a peer closes, and says nothing when a cable is cut; so each connection is probed
 * every few seconds. The stock monitor of libp2p ends a connection whose probe takes 4 s, and also
 * one whose probe it could not even send. On a machine that is full, answers take that long for
 * want of a processor alone: links that are fine are ended and dialled again, which costs more than
 * all that was late. So here only silence counts, and how long it has to last follows how long
 * answers took of late, on all connections; and whoever was held up itself waits once more.
 *
 * The probe is the question for a protocol that nobody has: the refusal is the answer.
 */

import type { Connection, Startable } from '@libp2p/interface'
import { PeerworkError } from '../../protocol/errors.ts'
import type { Clock } from '../clock.ts'

const PROTOCOL = '/peerwork/pulse/1'
/** How often each connection is probed, ms. */
const EVERY_MS = 4_000
/** How long an answer may take, ms: where answers are quick, and at the very most. */
const PATIENCE_MS_MIN = 4_000
const PATIENCE_MS_MAX = 20_000
/** Patience grows by so many times the slow answers of late. */
const SLOW_TIMES = 4
/** What one quicker answer takes off the memory of slow ones, a share of the difference. */
const EASE = 1 / 8
/** A timer that is late by so much shows that this process was held up, ms. */
const HELD_UP_MS = 500

export interface PulseOptions {
  readonly clock: Pick<Clock, 'elapsed'>
  readonly connections: () => readonly Connection[]
}

export class Pulse implements Startable {
  readonly #options: PulseOptions
  readonly #probed = new Set<Connection>()
  readonly #stopping = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #slowMs = 0
  #next = 0

  constructor(options: PulseOptions) {
    this.#options = options
  }

  /** How long an answer may take now, ms; other waits for peers are as patient. */
  get patienceMs(): number {
    return Math.ceil(Math.min(PATIENCE_MS_MAX, PATIENCE_MS_MIN + SLOW_TIMES * this.#slowMs))
  }

  start(): void {
    this.#next = this.#options.clock.elapsed() + EVERY_MS
    this.#timer ??= setInterval(() => this.#probeAll(), EVERY_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#stopping.abort()
  }

  #probeAll(): void {
    const now = this.#options.clock.elapsed()
    // Our own timer, late: whoever waits for us is held up as well.
    this.#slowMs = Math.max(this.#slowMs, now - this.#next)
    this.#next = now + EVERY_MS
    for (const connection of this.#options.connections()) {
      if (connection.status !== 'open' || this.#probed.has(connection)) continue
      this.#probed.add(connection)
      void this.#probe(connection).finally(() => this.#probed.delete(connection))
    }
  }

  /** Never throws. */
  async #probe(connection: Connection): Promise<void> {
    const { elapsed } = this.#options.clock
    const begin = elapsed()
    const over = new AbortController()
    const signal = AbortSignal.any([this.#stopping.signal, over.signal])
    const watch = this.#watch(begin, over)
    try {
      await answered(connection, signal)
      const ms = elapsed() - begin
      connection.rtt = ms
      this.#note(ms)
    } catch {
      // Anything but silence: the connection has ended, or has no stream to spare.
    } finally {
      watch.stop()
    }
    if (!over.signal.aborted) return
    const why = 'it has not answered for too long'
    connection.abort(new PeerworkError('PEER_LOST', why, { silent: true }))
  }

  #note(ms: number): void {
    this.#slowMs = ms > this.#slowMs ? ms : this.#slowMs + (ms - this.#slowMs) * EASE
  }

  /** Aborts when time is up; when it is up late, there was no time to hear an answer either. */
  #watch(begin: number, over: AbortController): { stop(): void } {
    const { elapsed } = this.#options.clock
    let timer: NodeJS.Timeout
    const wait = (): void => {
      const waitMs = this.patienceMs
      const due = elapsed() + waitMs
      timer = setTimeout(() => {
        const lateMs = elapsed() - due
        const again = lateMs > HELD_UP_MS && elapsed() - begin < PATIENCE_MS_MAX
        if (again) wait()
        else over.abort()
      }, waitMs).unref()
    }
    wait()
    return { stop: () => clearTimeout(timer) }
  }
}

/** @throws Error when the connection or the signal ended first */
async function answered(connection: Connection, signal: AbortSignal): Promise<void> {
  try {
    const stream = await connection.newStream(PROTOCOL, { signal, runOnLimitedConnection: true })
    stream.abort(new PeerworkError('CANCELED', 'it is there'))
  } catch (error) {
    if ((error as Error).name !== 'UnsupportedProtocolError') throw error
  }
}
