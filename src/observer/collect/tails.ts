/** A live stream from everybody who can be asked, opened again when it ends. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../node/clock.ts'
import type { Logger } from '../../node/logger.ts'
import type { LogPlace, TraceNews, Traces } from '../../node/trace/api.ts'
import { toPeerworkError } from '../../protocol/errors.ts'
import { backoff } from './backoff.ts'

/** Tails at once, count: the connections of a large preset. */
const TAILS_MAX = 256
/** How long to leave a producer alone that does not let us, in attempts of the backoff. */
const FORBIDDEN_ATTEMPTS = 16

export interface TailsOptions {
  readonly traces: Pick<Traces, 'tail'>
  readonly clock: Pick<Clock, 'chance'>
  readonly log: Logger
  /** Where a producer's log is held up to. */
  readonly placeOf: (by: string) => LogPlace | undefined
  /** @returns false when nothing is taken any more */
  readonly take: (news: TraceNews, holder: string) => Promise<boolean>
  /** The first news of a tail came. */
  readonly began: (holder: string) => void
}

interface Tail {
  readonly end: AbortController
  done: Promise<void>
  open: boolean
}

export class Tails {
  readonly #options: TailsOptions
  readonly #tails = new Map<string, Tail>()

  constructor(options: TailsOptions) {
    this.#options = options
  }

  /** Those whose stream is open. */
  open(): string[] {
    return [...this.#tails].filter(([, { open }]) => open).map(([holder]) => holder)
  }

  isOpen(holder: string): boolean {
    return this.#tails.get(holder)?.open === true
  }

  /** Tail these, and nobody else. */
  follow(holders: readonly string[]): void {
    const wanted = new Set(holders.slice(0, TAILS_MAX))
    for (const [holder, { end }] of this.#tails) {
      if (wanted.has(holder)) continue
      end.abort()
      this.#tails.delete(holder)
    }
    for (const holder of wanted) if (!this.#tails.has(holder)) this.#begin(holder)
  }

  async stop(): Promise<void> {
    const tails = [...this.#tails.values()]
    this.#tails.clear()
    for (const { end } of tails) end.abort()
    await Promise.all(tails.map(({ done }) => done))
  }

  #begin(holder: string): void {
    const tail: Tail = { end: new AbortController(), done: Promise.resolve(), open: false }
    tail.done = this.#keep(holder, tail)
    this.#tails.set(holder, tail)
  }

  async #keep(holder: string, tail: Tail): Promise<void> {
    const { signal } = tail.end
    const { clock, log } = this.#options
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        if (await this.#once(holder, tail)) attempt = 0
      } catch (thrown) {
        const { code, message: why } = toPeerworkError(thrown)
        if (tail.open) attempt = 0
        if (code === 'ROLE_MISSING') attempt = FORBIDDEN_ATTEMPTS
        if (!signal.aborted) log.debug({ holder, code, why }, 'a tail ended')
      }
      tail.open = false
      await sleep(backoff(attempt, clock.chance()), undefined, { signal }).catch(() => undefined)
    }
  }

  /** @returns whether anything came */
  async #once(holder: string, tail: Tail): Promise<boolean> {
    const { traces, placeOf, take, began } = this.#options
    const { signal } = tail.end
    const from = placeOf(holder)
    for await (const news of traces.tail(holder, { from, keeps: true, signal })) {
      if (!tail.open) began(holder)
      tail.open = true
      if (!(await take(news, holder))) return true
    }
    return tail.open
  }
}
