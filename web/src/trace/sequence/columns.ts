/** Who stands where in the diagram. */

import type { Handoff } from '../../types.ts'
import type { People, Person } from '../people.ts'

/** For the times. */
export const GUTTER_PX = 76
/** A column, px: wide enough for a word, and not so wide that an arrow is a journey. */
const COLUMN_PX_MIN = 150
const COLUMN_PX_MAX = 340
/** Columns, count: who comes later shares the last one. */
const COLUMNS_MAX = 40

export interface Columns {
  readonly people: readonly Person[]
  /** How many share the last column, when it stands for several. */
  readonly others: number
  readonly width: number
  /** Wider than its room: then the middle of a long arrow is out of sight. */
  readonly scrolls: boolean
  /** Of one column, px. */
  readonly column: number
  /** The middle of somebody's column, px. */
  at(id: string): number
}

/** @param room px that there are for all of it: more is scrolled to */
export function columnsOf(handoffs: readonly Handoff[], people: People, room: number): Columns {
  const part = new Set(handoffs.flatMap(({ from, to }) => [from ?? '', to ?? '']))
  const all = people.all.filter(({ id }) => part.has(id))
  const others = all.length > COLUMNS_MAX ? all.length - COLUMNS_MAX + 1 : 0
  const shown = others === 0 ? all : all.slice(0, COLUMNS_MAX - 1)
  const places = new Map(shown.map(({ id }, at) => [id, at]))
  const count = shown.length + (others === 0 ? 0 : 1)
  const share = Math.floor((room - GUTTER_PX) / Math.max(1, count))
  const column = Math.max(COLUMN_PX_MIN, Math.min(COLUMN_PX_MAX, share))
  const width = GUTTER_PX + column * count
  return {
    ...{ people: shown, others, column, width, scrolls: width > room },
    at: (id) => GUTTER_PX + column * ((places.get(id) ?? shown.length) + 0.5)
  }
}
