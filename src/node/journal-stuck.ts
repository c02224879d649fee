/**
 * Endings that the disk refuses: kept in memory, readable, and tried again; some are given up.
 *
 * A row without an ending is taken for work that a crash interrupted, so that much is said of each
 * as soon as the disk has room for it.
 */

import { PeerworkError } from '../protocol/errors.ts'
import type { Answer } from './journal-notes.ts'

/** Endings kept, count. */
const STUCK_MAX = 1_024
/** The same, bytes: four of the largest answers. */
const STUCK_BYTES_MAX = 64 * 1024 * 1024
/** Tries before an answer that does not fit on the disk is given up, count: ten seconds of them. */
const TRIES_MAX = 5

/** All null: there was an answer, but it is kept no more. */
export const FORGOTTEN: Answer = { result: null, output: null, patch: null }

/** What is told of work besides its answer. */
export interface Ended<Entry> {
  readonly entry: Entry
  readonly ending: Answer
}

export interface StuckOptions<Entry> {
  /** Write one ending. Returns what the disk said when it did not take it. */
  readonly write: (name: string, ended: Ended<Entry>) => PeerworkError | undefined
  /** Told of each ending at its first failure, and when it is given up. */
  readonly complain: (error: PeerworkError) => void
  /** Give back what a write that failed has taken. */
  readonly shrink: () => void
}

interface Stuck<Entry> extends Ended<Entry> {
  readonly tries: number
}

export class StuckEndings<Entry extends { readonly expires: number }> {
  readonly #options: StuckOptions<Entry>
  readonly #stuck = new Map<string, Stuck<Entry>>()

  constructor(options: StuckOptions<Entry>) {
    this.#options = options
  }

  get size(): number {
    return this.#stuck.size
  }

  get(name: string): Ended<Entry> | undefined {
    return this.#stuck.get(name)
  }

  /** Write each by itself, and keep what the disk refuses. */
  add(endings: ReadonlyMap<string, Ended<Entry>>): void {
    for (const [name, ended] of endings) this.#try(name, { ...ended, tries: 0 })
    this.#limit()
  }

  /** Try all again. Returns the names of those that nobody needs any more. */
  again(now: number): readonly string[] {
    const over: string[] = []
    for (const [name, stuck] of [...this.#stuck]) {
      if (stuck.entry.expires >= now) this.#try(name, stuck)
      else if (this.#stuck.delete(name)) over.push(name)
    }
    return over
  }

  /** Try all a last time, at least to say that they ended. */
  last(): void {
    for (const [name, stuck] of [...this.#stuck]) this.#try(name, { ...stuck, tries: TRIES_MAX })
  }

  /** Write one ending; after some tries only that there was one. */
  #try(name: string, stuck: Stuck<Entry>): void {
    this.#stuck.delete(name)
    const failure = this.#options.write(name, stuck)
    if (failure === undefined) return
    const tries = stuck.tries + 1
    if (tries === 1) this.#options.complain(failure)
    this.#options.shrink()
    if (tries >= TRIES_MAX && this.#giveUp(name, stuck)) return
    this.#stuck.set(name, { ...stuck, tries })
  }

  /** False when the disk has no room for this either: then there is hope that it will have more. */
  #giveUp(name: string, { entry }: Ended<Entry>): boolean {
    const { write, complain } = this.#options
    if (write(name, { entry, ending: FORGOTTEN }) !== undefined) return false
    complain(new PeerworkError('STORE_FAILED', 'an answer found no room and is forgotten'))
    return true
  }

  /** The oldest endings that wait give up their answers, or their place in memory. */
  #limit(): void {
    let bytes = 0
    for (const [name, stuck] of [...this.#stuck].toReversed()) {
      bytes += bytesOf(stuck.ending)
      if (bytes > STUCK_BYTES_MAX) this.#stuck.set(name, { ...stuck, ending: FORGOTTEN })
    }
    for (const name of this.#stuck.keys()) {
      if (this.#stuck.size > STUCK_MAX) this.#stuck.delete(name)
    }
  }
}

const bytesOf = ({ result, output, patch }: Answer): number =>
  (result?.length ?? 0) + (output?.length ?? 0) + (patch?.length ?? 0)
