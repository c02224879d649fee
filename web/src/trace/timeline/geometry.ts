/** From spans to pixels: how high lanes are, what is at a point, which rows are seen. */

import type { Layout } from './lanes.ts'
import type { Scale } from './scale.ts'
import type { Window } from './window.ts'

export interface Sizes {
  /** px of one row, and of what stands above the first row of a lane. */
  readonly row: number
  readonly pad: number
}

/** With the names of lanes beside them. */
export const WIDE: Sizes = { row: 20, pad: 10 }
/** Stacked, for narrow screens and fingers: names stand above. */
export const NARROW: Sizes = { row: 30, pad: 26 }
/** px between a bar and the edge of its row. */
export const BAR_INSET = 1.5

/** Of what moves: the whole picture follows from it and the layout. */
export interface Sight {
  readonly layout: Layout
  readonly scale: Scale
  readonly window: Window
  readonly sizes: Sizes
  /** px */
  readonly width: number
  readonly height: number
  readonly scrollTop: number
  /** µs from the start of the trace to where running spans are drawn to. */
  readonly nowAt: number
}

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export const heightOf = ({ lanes, rowStart }: Layout, { row, pad }: Sizes): number =>
  (rowStart.length - 1) * row + (lanes.length + 1) * pad

/** px from the top of the whole picture. */
export const laneTop = ({ lanes }: Layout, lane: number, { row, pad }: Sizes): number =>
  (lanes[lane]?.top ?? 0) * row + lane * pad

export const rowTop = (row: number, lane: number, sizes: Sizes): number =>
  row * sizes.row + (lane + 1) * sizes.pad

export function xOf({ scale, window, width }: Sight, us: number): number {
  return ((scale.place(us) - window.from) / (window.to - window.from)) * width
}

/** Of a span as it is drawn, px from the top left of what is seen. */
export function boxOf(sight: Sight, span: number): Box {
  const { layout, sizes, scrollTop, nowAt } = sight
  const from = layout.from[span]!
  const x = xOf(sight, from)
  const end = xOf(sight, Math.max(from, Math.min(layout.to[span]!, nowAt)))
  const y = rowTop(layout.row[span]!, layout.lane[span]!, sizes) - scrollTop + BAR_INSET
  return { x, y, width: Math.max(1, end - x), height: sizes.row - 2 * BAR_INSET }
}

/** The lane that is at a height, px from the top of the whole. */
export function laneAt(layout: Layout, y: number, sizes: Sizes): number {
  let [low, high] = [0, layout.lanes.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (laneTop(layout, middle, sizes) <= y) low = middle
    else high = middle - 1
  }
  return low
}

/** px around a bar that still count as it. */
const NEAR = 4

/** @param x and y from the top left of what is seen @returns the span there, or -1 */
export function spanAt(sight: Sight, x: number, y: number): number {
  const { layout, sizes, scrollTop } = sight
  const lane = laneAt(layout, y + scrollTop, sizes)
  const one = layout.lanes[lane]
  if (one === undefined) return -1
  const inLane = Math.floor((y + scrollTop - laneTop(layout, lane, sizes) - sizes.pad) / sizes.row)
  if (inLane < 0 || inLane >= one.rows) return -1
  const row = one.top + inLane
  let best = -1
  let far = NEAR + 1
  for (let at = firstIn(sight, row); at < layout.rowStart[row + 1]!; at++) {
    const span = layout.rowSpans[at]!
    const box = boxOf(sight, span)
    if (box.x > x + NEAR) break
    const away = Math.max(box.x - x, x - box.x - box.width, 0)
    if (away < far || (away === far && box.width < 2)) [best, far] = [span, away]
  }
  return best
}

/** Where in `rowSpans` the first span of a row stands that may reach into the window. */
export function firstIn({ layout, scale, window }: Sight, row: number): number {
  const { rowStart, rowSpans, from } = layout
  const begin = scale.time(window.from)
  let [low, high] = [rowStart[row]!, rowStart[row + 1]!]
  while (low < high) {
    const middle = (low + high) >> 1
    if (from[rowSpans[middle]!]! < begin) low = middle + 1
    else high = middle
  }
  // The one before may still run at that moment; in the last row of a full lane so may more.
  return Math.max(rowStart[row]!, low - LOOK_BACK)
}

const LOOK_BACK = 8
