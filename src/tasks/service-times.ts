/** How long work takes, by skill, as it was measured lately: what fairness and waits go by. */

import { RETRY_JITTER, RETRY_MS_MAX, RETRY_MS_MIN, RETRY_MS_UNKNOWN } from './limits.ts'
import { SERVICE_MS_MIN, SERVICE_MS_UNKNOWN } from './limits.ts'

/** Weight of the newest duration in the running average. */
const NEWEST = 0.2

export class ServiceTimes {
  readonly #bySkill = new WeakMap<object, number>()
  #all: number | undefined

  /** Whether anything was measured yet. */
  get known(): boolean {
    return this.#all !== undefined
  }

  /** Work of this skill took so long, ms. */
  learn(skill: object, tookMs: number): void {
    const known = this.#bySkill.get(skill)
    this.#bySkill.set(skill, known === undefined ? tookMs : lean(known, tookMs))
    this.#all = this.#all === undefined ? tookMs : lean(this.#all, tookMs)
  }

  /** What work of this skill is expected to take, ms; for a new skill, what any work takes. */
  of(skill: object): number {
    const known = this.#bySkill.get(skill) ?? this.#all ?? SERVICE_MS_UNKNOWN
    return Math.max(SERVICE_MS_MIN, known)
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

const lean = (average: number, newest: number): number => average + (newest - average) * NEWEST
