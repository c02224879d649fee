/**
 * Hedging: when the first peer takes long, a second one gets the same task, and the first verified
 * result counts. The other task is canceled.
 *
 * Chunks of two peers would mix, and what is shown must be what the result signs. So the first one
 * that streams has won: no second peer is asked any more, and one that was is canceled.
 */

import type { JsonValue } from '../../protocol/json.ts'
import { PeerworkError, toPeerworkError } from '../../protocol/errors.ts'
import type { Spent } from '../../tasks/work.ts'
import type { TaskEvent, TaskResult } from '../api.ts'
import { goesOn } from './failover.ts'

type News = Exclude<TaskEvent, { type: 'chunk' | 'completed' | 'failed' | 'canceled' }>

/** The owner of a task, as one attempt sees it. */
export interface Leg {
  readonly signal: AbortSignal
  readonly canceled: PeerworkError | undefined
  /** Called when somebody cancels. */
  onCancel: (reason: PeerworkError) => void
  push(event: News): void
  pushChunk(value: JsonValue): Promise<void>
  spend(used: Spent): void
}

export type Start = (leg: Leg) => Promise<TaskResult>

export interface Hedge {
  readonly first: Start
  /** Undefined when there is nobody else. */
  readonly second: () => Start | undefined
  readonly afterMs: number
}

/** @throws PeerworkError what the last of both failed with, or what no peer could do better */
export function hedged(owner: Leg, { first, second, afterMs }: Hedge): Promise<TaskResult> {
  const ended = Promise.withResolvers<TaskResult>()
  const race = new Race(owner)
  const end = (settle: () => void): void => {
    if (race.over) return
    clearTimeout(timer)
    race.finish()
    settle()
  }
  const begin = (start: Start): void => {
    const leg = race.enter()
    start(leg).then(
      (result) => {
        leg.over = true
        if (!leg.beaten) end(() => ended.resolve(result))
      },
      (thrown: unknown) => {
        leg.over = true
        if (leg.beaten) return
        const error = toPeerworkError(thrown)
        if (race.idle || !goesOn(error.code)) end(() => ended.reject(error))
      }
    )
  }
  const timer = setTimeout(() => {
    const other = race.streams || race.over ? undefined : second()
    if (other !== undefined) begin(other)
  }, afterMs)
  begin(first)
  return ended.promise
}

const BEATEN = new PeerworkError('CANCELED', 'another peer was faster')

class Race {
  over = false
  readonly owner: Leg
  readonly #legs: Runner[] = []
  #lead: Runner | undefined

  constructor(owner: Leg) {
    this.owner = owner
    owner.onCancel = (reason) => {
      for (const leg of this.#legs) leg.onCancel(reason)
    }
  }

  get streams(): boolean {
    return this.#lead !== undefined
  }

  /** Whether nobody is left that could still win. */
  get idle(): boolean {
    return this.#legs.every(({ over, beaten }) => over || beaten)
  }

  enter(): Runner {
    const leg = new Runner(this)
    this.#legs.push(leg)
    return leg
  }

  /** Whether the chunks of this one are those to be shown: then the others have lost. */
  leads(leg: Runner): boolean {
    if (this.#lead === undefined && !this.over) {
      this.#lead = leg
      this.#beat((other) => other !== leg)
    }
    return !this.over && this.#lead === leg
  }

  finish(): void {
    this.over = true
    this.owner.onCancel = () => undefined
    this.#beat(() => true)
  }

  #beat(whom: (leg: Runner) => boolean): void {
    for (const leg of this.#legs) if (!leg.over && !leg.beaten && whom(leg)) leg.stop(BEATEN)
  }
}

class Runner implements Leg {
  over = false
  onCancel: (reason: PeerworkError) => void = () => undefined
  readonly #race: Race
  readonly #beaten = new AbortController()
  readonly signal: AbortSignal

  constructor(race: Race) {
    this.#race = race
    this.signal = AbortSignal.any([race.owner.signal, this.#beaten.signal])
  }

  /** Another one has won. */
  get beaten(): boolean {
    return this.#beaten.signal.aborted
  }

  get canceled(): PeerworkError | undefined {
    return this.beaten ? BEATEN : this.#race.owner.canceled
  }

  stop(reason: PeerworkError): void {
    this.#beaten.abort(reason)
    this.onCancel(reason)
  }

  push(event: News): void {
    if (!this.#race.over) this.#race.owner.push(event)
  }

  async pushChunk(value: JsonValue): Promise<void> {
    if (this.#race.leads(this)) await this.#race.owner.pushChunk(value)
  }

  spend(used: Spent): void {
    this.#race.owner.spend(used)
  }
}
