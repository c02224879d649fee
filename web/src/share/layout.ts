/** Where everything of a shared run is drawn: lanes under each other, rows within them. */

import type { ShownRun } from './types.ts'

export interface Bar {
  /** Its place among the run's spans. */
  readonly at: number
  readonly lane: number
  /** Row within the lane. */
  readonly row: number
  readonly fromMs: number
  readonly toMs: number
}

export interface LaneRows {
  readonly name: string
  readonly rows: number
}

export interface Layout {
  /** From 0 to here, ms. */
  readonly wholeMs: number
  readonly lanes: readonly LaneRows[]
  readonly bars: readonly Bar[]
}

/** What has no beginning is in the list of steps alone. */
export function layoutOf(run: ShownRun): Layout {
  const ends = run.spans.map(({ fromMs, toMs }) => toMs ?? fromMs ?? 0)
  const wholeMs = ends.reduce((most, end) => Math.max(most, end), run.ms ?? 0) || 1
  const timed = run.spans.flatMap(({ lane, parent, fromMs, toMs }, at) =>
    fromMs === null ? [] : [{ at, lane, parent, fromMs, toMs: Math.max(fromMs, toMs ?? wholeMs) }]
  )
  const ordered = timed.toSorted((a, b) => a.fromMs - b.fromMs || b.toMs - a.toMs || a.at - b.at)
  const rows: number[][] = run.lanes.map(() => [])
  const placed = new Map<number, Bar>()
  for (const { at, lane, parent, fromMs, toMs } of ordered) {
    const free = (rows[lane] ??= [])
    const above = parent === null ? undefined : placed.get(parent)
    // Below what began it, so that one reads from the top down.
    const first = above !== undefined && above.lane === lane ? above.row + 1 : 0
    let row = first
    while ((free[row] ?? 0) > fromMs) row++
    // Something of no length still takes room of its own.
    free[row] = Math.max(toMs, fromMs + wholeMs / 1_000)
    placed.set(at, { at, lane, row, fromMs, toMs })
  }
  return {
    wholeMs,
    lanes: run.lanes.map(({ name }, at) => ({ name, rows: Math.max(1, rows[at]?.length ?? 0) })),
    bars: [...placed.values()]
  }
}

/** Round times from 0 on, at most so many. */
export function ticksOf(wholeMs: number, most: number): readonly number[] {
  const least = wholeMs / Math.max(1, most)
  const unit = 10 ** Math.floor(Math.log10(least))
  const step = [1, 2, 5, 10].map((times) => times * unit).find((one) => one >= least) ?? wholeMs
  return Array.from({ length: Math.floor(wholeMs / step) + 1 }, (_, at) => at * step)
}
