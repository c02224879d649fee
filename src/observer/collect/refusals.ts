/** What was refused, counted by whose it was and why, and noted in the store now and then. */

import type { TraceNews } from '../../node/trace/api.ts'
import type { TraceStore } from '../store.ts'

/** Between two notes in the store, ms: a flood costs a row a second, not one each. */
const NOTE_EVERY_MS = 1_000
/** Kinds of refusals that are told apart between two notes, count; the rest is one kind. */
const KINDS_MAX = 256
/** Start of which nothing is known. */
const NO_BOOT = '0'.repeat(16)

export interface RefusalsOptions {
  readonly store: Pick<TraceStore, 'noteRefused'>
  /** Whether anything was ever signed by this producer. */
  readonly knows: (by: string) => boolean
}

export class Refusals {
  readonly #options: RefusalsOptions
  #counts = new Map<string, { by: string; code: string; count: number }>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: RefusalsOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => void this.#note(), NOTE_EVERY_MS).unref()
  }

  /** A seal that does not hold; whoever it claims to be by counts only if it exists. */
  note({ by, error }: Extract<TraceNews, { kind: 'refused' }>): void {
    this.count(by !== undefined && this.#options.knows(by) ? by : 'unknown', error.code)
  }

  count(by: string, code: string, times = 1): void {
    const full = this.#counts.size >= KINDS_MAX
    const key = full ? 'unknown' : `${by} ${code}`
    const one = this.#counts.get(key) ?? { by: full ? 'unknown' : by, code, count: 0 }
    one.count += times
    this.#counts.set(key, one)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#note()
  }

  async #note(): Promise<void> {
    const counts = [...this.#counts.values()]
    this.#counts = new Map()
    for (const { by, code, count } of counts) {
      try {
        await this.#options.store.noteRefused(by, NO_BOOT, code, count)
      } catch {
        // Counted again when the store takes it again.
        this.count(by, code, count)
      }
    }
  }
}
