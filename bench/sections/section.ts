/** One table of the report, or a few: measured round by round, then told. */

import type { CandidateName } from '../candidates.ts'

/** What the flags said. */
export interface Settings {
  readonly rounds: number
  /** One step, ms. */
  readonly stepMs: number
  readonly candidates: readonly CandidateName[]
  /** The package is built, and is measured besides the source. */
  readonly built: boolean
}

export interface Target {
  readonly what: string
  readonly target: string
  readonly figure: string
  readonly met: boolean
}

export interface Section {
  readonly title: string
  /** What the figures mean, in sentences. */
  readonly note: string
  /** Every candidate once, in fresh processes. */
  round(number: number): Promise<void>
  tables(): readonly string[]
  targets(): readonly Target[]
}

/** In a different order each round, so that nobody always runs first. */
export function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const at = items.length === 0 ? 0 : by % items.length
  return [...items.slice(at), ...items.slice(0, at)]
}
