/** One run as every view of it gets it: all that is known by now, flat, whatever came first. */

import type { Fact, Handoff, Span, TraceDetail, TraceSummary } from '../types.ts'

export interface Run {
  readonly trace: string
  readonly summary: TraceSummary
  /**
   * Where it broke and what took its time, by the observer; it comes after the spans. Its tree is
   * cut to the roots: the whole one is made of the spans.
   */
  readonly detail: TraceDetail | undefined
  /** By start, then id; each as all its parts together say. */
  readonly spans: readonly Span[]
  /** By their offer. */
  readonly handoffs: readonly Handoff[]
  /** By time, as many as a browser keeps: they come after the spans. */
  readonly facts: readonly Fact[]
  /** There are more spans, or facts, than a browser keeps of a run. */
  readonly spansCut: boolean
  readonly factsCut: boolean
  /** All pages were loaded; until then more of the past comes. */
  readonly complete: boolean
  /** Grows with each change: what is made of a run holds as long as this stays. */
  readonly version: number
}
