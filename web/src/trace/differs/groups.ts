/** What differs between two runs, by what kind of difference it is. */

import { duration, money } from '../../format.ts'
import type { TraceDiff } from '../../types.ts'

export type Difference = TraceDiff['differences'][number]
type What = Difference['what']

/** The gravest first, with what each means of this run beside the other. */
const TITLES: readonly (readonly [What, string])[] = [
  ['status', 'Ended otherwise'],
  ['missing', 'Missing here'],
  ['added', 'Only here'],
  ['agent', 'Done by another agent'],
  ['slower', 'Slower here'],
  ['faster', 'Faster here'],
  ['cost', 'Cost otherwise']
]

export interface DifferenceGroup {
  readonly what: What
  readonly title: string
  readonly differences: readonly Difference[]
}

export function groupsOf(differences: readonly Difference[]): readonly DifferenceGroup[] {
  const found = Map.groupBy(differences, ({ what }) => what)
  return TITLES.flatMap(([what, title]) => {
    const own = found.get(what)
    return own === undefined ? [] : [{ what, title, differences: own }]
  })
}

/** One side of a difference as people read it. */
export function sideWords(what: What, value: string | number | null): string {
  if (value === null) return 'not there'
  if (typeof value === 'string') return value
  return what === 'cost' ? money(value) : duration(value)
}

/** `2.4 times as long`, `$0.12 more`; nothing where the two sides say it all. */
export function ratioWords({ what, before, after }: Difference): string {
  if (typeof before !== 'number' || typeof after !== 'number') return ''
  if (what === 'cost') {
    return after > before ? `${money(after - before)} more` : `${money(before - after)} less`
  }
  if (what !== 'slower' || before <= 0) return ''
  return `${Number((after / before).toPrecision(2))} times as long`
}
