/** Which cards are open, and which parts are in sight. */

import { change, query } from '../../route.ts'
import { isCard } from './tree.ts'
import type { Part } from './tree.ts'

/** Cards deeper than this begin closed, unless something failed in them. */
const DEPTH = 3
/** Cards that differ from how they begin, count: the address is to stay one. */
const TURNED_MAX = 60

export interface Folds {
  isOpen(part: Part, depth: number): boolean
  turn(part: Part): void
}

/** As the address says: `folds` for all, `turned` for those that are not like the rest. */
export function foldsOf(): Folds {
  const all = query.value.get('folds')
  const turned = (query.value.get('turned') ?? '').split(',').filter((id) => id !== '')
  const begins = (part: Part, depth: number): boolean =>
    all === 'open' || (all !== 'closed' && (depth < DEPTH || part.failed))
  const turn = ({ span: { span } }: Part): void => {
    const rest = turned.filter((id) => id !== span)
    const next = rest.length < turned.length ? rest : [...turned, span].slice(-TURNED_MAX)
    change({ turned: next.join() })
  }
  return {
    isOpen: (part, depth) => begins(part, depth) !== turned.includes(part.span.span),
    turn
  }
}

/** The first so many parts that are in sight, from the top: whoever is in has all above it in. */
export function firstOf(roots: readonly Part[], folds: Folds, most: number): ReadonlySet<Part> {
  const found = new Set<Part>()
  const waiting = roots.map((part) => ({ part, depth: 0 })).toReversed()
  for (let next = waiting.pop(); next !== undefined && found.size < most; next = waiting.pop()) {
    const { part, depth } = next
    found.add(part)
    if (isCard(part) && !folds.isOpen(part, depth)) continue
    for (const one of part.inside.toReversed()) {
      if (one.what === 'part') waiting.push({ part: one.part, depth: depth + 1 })
    }
  }
  return found
}
