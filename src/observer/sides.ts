/** Both sides of a handoff: what each told, by whoever told it, and which of them are shown. */

import { mergeHandoff, sourceKey } from './merge.ts'
import type { HandoffPart } from './model.ts'
import type { StoredHandoff } from './store.ts'

/** Who tells of one side, count: two is a lie already, more are kept for the finding. */
const TELLERS_MAX = 16

export interface Sides {
  readonly giver: readonly HandoffPart[]
  readonly taker: readonly HandoffPart[]
}
export const NOBODY: Sides = { giver: [], taker: [] }

/** @param part fits @returns `sides` itself when that was no news */
export function withPart(sides: Sides, part: HandoffPart): Sides {
  const key = sourceKey(part.source)
  const told = sides[part.side]
  const old = told.find(({ source }) => sourceKey(source) === key)
  const now = old === undefined ? part : mergeHandoff(old, part)
  if (now === old) return sides
  const others = told.filter((other) => other !== old)
  const all = [...others, now].sort(bySource).slice(0, TELLERS_MAX)
  return all.includes(now) ? { ...sides, [part.side]: all } : sides
}

const bySource = (a: HandoffPart, b: HandoffPart): number => {
  const [one, two] = [sourceKey(a.source), sourceKey(b.source)]
  return one < two ? -1 : Number(one > two)
}

/** The earliest that anybody says of it, µs; 0 when nobody does. */
export function handoffTime({ giver, taker }: Sides): number {
  const times = [...giver, ...taker].flatMap((part) => {
    const { offeredUs, acceptedUs, startedUs, endedUs } = part
    return [offeredUs, acceptedUs, startedUs, endedUs].filter((time) => time !== undefined)
  })
  return times.length === 0 ? 0 : Math.min(...times)
}

export function handoffOf(trace: string, id: string, sides: Sides): StoredHandoff {
  const giver = shown(sides.giver, sides.taker)
  const taker = shown(sides.taker, sides.giver)
  return {
    ...{ trace, id },
    ...(giver === undefined ? {} : { giver }),
    ...(taker === undefined ? {} : { taker })
  }
}

/**
 * Of several that tell of one side: whom the other side names too, then who signed as the agent it
 * speaks of, then who signed at all, then the first by id.
 */
function shown(told: readonly HandoffPart[], others: readonly HandoffPart[]) {
  const named = new Set(others.map(({ from, to, side }) => (side === 'giver' ? to : from)))
  const rank = ({ source, side, from, to }: HandoffPart): number => {
    const signed = source.kind === 'agent'
    const own = signed && source.by === (side === 'giver' ? from : to)
    return (signed && named.has(source.by) ? 4 : 0) + (own ? 2 : 0) + (signed ? 1 : 0)
  }
  return told.toSorted((a, b) => rank(b) - rank(a) || bySource(a, b))[0]
}
