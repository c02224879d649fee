/** Who stands where in the diagram. */

import type { Handoff } from '../../types.ts'
import type { People, Person } from '../people.ts'

export const GUTTER_PX = 84
export const COLUMN_PX = 200
/** Columns, count: who comes later shares the last one. */
const COLUMNS_MAX = 40

export interface Columns {
  readonly people: readonly Person[]
  /** How many share the last column, when it stands for several. */
  readonly others: number
  readonly width: number
  /** The middle of somebody's column, px. */
  at(id: string): number
}

export function columnsOf(handoffs: readonly Handoff[], people: People): Columns {
  const part = new Set(handoffs.flatMap(({ from, to }) => [from ?? '', to ?? '']))
  const all = people.all.filter(({ id }) => part.has(id))
  const others = all.length > COLUMNS_MAX ? all.length - COLUMNS_MAX + 1 : 0
  const shown = others === 0 ? all : all.slice(0, COLUMNS_MAX - 1)
  const places = new Map(shown.map(({ id }, at) => [id, at]))
  const count = shown.length + (others === 0 ? 0 : 1)
  return {
    ...{ people: shown, others, width: GUTTER_PX + COLUMN_PX * count },
    at: (id) => GUTTER_PX + COLUMN_PX * ((places.get(id) ?? shown.length) + 0.5)
  }
}
