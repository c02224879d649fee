/** How long work takes, by skill, as it was measured lately: what fairness and waits go by. */

import { RETRY_JITTER, RETRY_MS_MAX, RETRY_MS_MIN, RETRY_MS_UNKNOWN } from './limits.ts'
import { SERVICE_MS_MIN, SERVICE_MS_UNKNOWN } from './limits.ts'

/** Weight of the newest duration in the running average, at least. */
const NEWEST = 0.2
/** Measurements before waits are estimated, count: by then a slow first task hardly counts. */
const ENOUGH = 16

export class ServiceTimes {
  readonly #bySkill = new WeakMap<object, Average>()
  readonly #all = new Average()

  /** What a task takes, whatever its skill, ms; undefined until enough were measured. */
  get meanMs(): number | undefined {
    return this.#all.count < ENOUGH ? undefined : this.#all.ms
  }

  /** Work of this skill took so long, ms. */
  learn(skill: object, tookMs: number): void {
    let known = this.#bySkill.get(skill)
    if (known === undefined) this.#bySkill.set(skill, (known = new Average()))
    known.add(tookMs)
    this.#all.add(tookMs)
  }

  /** What work of this skill is expected to take, ms; for a new skill, what any work takes. */
  of(skill: object): number {
    const known = this.#bySkill.get(skill) ?? this.#all
    return Math.max(SERVICE_MS_MIN, known.count === 0 ? SERVICE_MS_UNKNOWN : known.ms)
  }
}

/** The mean at first, so that the first value is one of many; then the newest count most. */
class Average {
  ms = 0
  count = 0

  add(ms: number): void {
    this.count++
    this.ms += (ms - this.ms) * Math.max(NEWEST, 1 / this.count)
  }
}

/**
 * What a refused requester is told to wait, ms: never less than the estimate, for before that it
 * would be refused again; up to half as much more, so that not all come back at once.
 *
 * @param waitMs the estimate; undefined when nothing is known yet
 * @param chance from 0 up to 1
 */
export function retryAfter(waitMs: number | undefined, chance: number): number {
  const jitter = 1 + RETRY_JITTER * chance
  const wait = Math.max(RETRY_MS_MIN, (waitMs ?? RETRY_MS_UNKNOWN) * jitter)
  return Math.round(Math.min(RETRY_MS_MAX, wait))
}
