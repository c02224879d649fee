/** Rows of different heights in a box that scrolls: which of them are in sight. */

import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { RefObject } from 'preact'
import { rowAt, topsOf } from './heights.ts'

/** Rows beyond the edge that are kept, px: for the next turn of the wheel. */
const BEYOND_PX = 400
/** Until the box was measured, px. */
const HEIGHT_PX = 800

export interface Rows {
  /** Where each row begins, px; one more than there are rows: the last is the height of all. */
  readonly tops: readonly number[]
  /** The first row to draw, and the one after the last. */
  readonly from: number
  readonly to: number
  readonly box: RefObject<HTMLDivElement | null>
  scrolled(): void
  /** Bring a row into sight. */
  show(row: number): void
}

/** @param above px in the box that stand before the rows and stay in sight */
export function useRows(heights: readonly number[], above: number): Rows {
  const box = useRef<HTMLDivElement>(null)
  const [seen, setSeen] = useState({ top: 0, height: HEIGHT_PX })
  const tops = useMemo(() => topsOf(heights), [heights])
  const scrolled = (): void => {
    const { scrollTop: top = 0, clientHeight: height = HEIGHT_PX } = box.current ?? {}
    setSeen((was) => (was.top === top && was.height === height ? was : { top, height }))
  }
  useLayoutEffect(scrolled, [heights])
  const show = (row: number): void => {
    const [begin = 0, end = 0] = [tops[row], tops[row + 1]]
    const { current } = box
    if (current === null) return
    const room = current.clientHeight - above
    if (begin < current.scrollTop) current.scrollTop = begin
    else if (end > current.scrollTop + room) current.scrollTop = end - room
    scrolled()
  }
  const from = Math.max(0, rowAt(tops, seen.top - BEYOND_PX))
  const to = Math.min(heights.length, rowAt(tops, seen.top + seen.height + BEYOND_PX) + 1)
  return { tops, from, to, box, scrolled, show }
}
