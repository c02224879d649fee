/**
 * The bars as those get them who do not see a canvas: a tree of names, of which so many stand in
 * the page as lie around the one that the keyboard is on; each lies where its bar is.
 */

import { duration } from '../../format.ts'
import { boxOf } from './geometry.ts'
import type { Sight } from './geometry.ts'
import { CANCELED, FAILED, RUNNING } from './lanes.ts'
import type { Layout } from './lanes.ts'
import { NONE } from './tree.ts'

/** Before and after the active one, count. */
const BESIDE = 30
/** Of a name that is read aloud, UTF-16 units. */
const NAME_MAX = 200

interface ItemsProps {
  readonly sight: Sight
  readonly active: number
  readonly selected: number
}

export const itemId = (span: number): string => `span-${span}`

export function Items({ sight, active, selected }: ItemsProps) {
  const { layout } = sight
  const { tree } = layout
  const here = active === NONE ? 0 : tree.place[active]!
  const from = Math.max(0, here - BESIDE)
  const places = [...tree.order.subarray(from, here + BESIDE + 1)]
  return (
    <>
      {places.map((span, at) => (
        <div
          key={span}
          id={itemId(span)}
          role="treeitem"
          class="tl-item"
          aria-level={tree.depth[span]! + 1}
          aria-posinset={from + at + 1}
          aria-setsize={tree.order.length}
          aria-selected={span === selected}
          aria-label={nameOf(layout, span)}
          style={styleOf(sight, span)}
        />
      ))}
    </>
  )
}

function styleOf(sight: Sight, span: number) {
  const { x, y, width, height } = boxOf(sight, span)
  const left = Math.min(Math.max(x, 0), sight.width - 1)
  const right = Math.min(Math.max(x + width, left + 1), sight.width)
  return {
    ...{ left: `${left}px`, top: `${y}px` },
    ...{ width: `${right - left}px`, height: `${height}px` }
  }
}

/** `failed: book, booker, 700 ms, after 100 ms`. */
export function nameOf({ spans, from, to, flags, lane, lanes }: Layout, span: number): string {
  const { name, kind, error } = spans[span]!
  const shown = (name ?? kind).slice(0, NAME_MAX)
  const bits = flags[span]!
  const word = (bits & FAILED) !== 0 ? 'failed: ' : (bits & CANCELED) !== 0 ? 'canceled: ' : ''
  const took = (bits & RUNNING) !== 0 ? 'running' : duration((to[span]! - from[span]!) / 1_000)
  const why = error === undefined ? '' : `, ${error.code.slice(0, NAME_MAX)}`
  const agent = lanes[lane[span]!]!.agent.slice(0, NAME_MAX)
  return `${word}${shown}, ${agent}, ${took}, after ${duration(from[span]! / 1_000)}${why}`
}
