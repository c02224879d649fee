/** A handoff's row: what each side told, by whoever told it, and which of them are shown. */

import { mergeHandoff, sourceKey } from '../merge.ts'
import type { HandoffPart } from '../model.ts'
import type { StoredHandoff } from '../store.ts'
import type { Day } from './day.ts'

/** Who tells of one side, count: two is a lie already, more are kept for the finding. */
const TELLERS_MAX = 16

interface Sides {
  readonly giver: readonly HandoffPart[]
  readonly taker: readonly HandoffPart[]
}
const NOBODY: Sides = { giver: [], taker: [] }

export class HandoffDraft {
  readonly trace: number
  readonly id: string
  #sides: Sides
  #changed = false

  constructor(day: Day, trace: number, id: string) {
    this.trace = trace
    this.id = id
    const row = day.db.get('SELECT parts FROM handoff WHERE trace = ? AND id = ?', trace, id)
    this.#sides = row === undefined ? NOBODY : (JSON.parse(String(row[0])) as Sides)
  }

  /** @param part fits @returns whether that was news */
  add(part: HandoffPart): boolean {
    const key = sourceKey(part.source)
    const told = this.#sides[part.side]
    const old = told.find(({ source }) => sourceKey(source) === key)
    const now = old === undefined ? part : mergeHandoff(old, part)
    if (now === old) return false
    const others = told.filter((other) => other !== old)
    const all = [...others, now].sort(bySource).slice(0, TELLERS_MAX)
    if (!all.includes(now)) return false
    this.#sides = { ...this.#sides, [part.side]: all }
    this.#changed = true
    return true
  }

  write(day: Day): void {
    if (!this.#changed) return
    const at = handoffTime(this.#sides)
    const sql = 'INSERT OR REPLACE INTO handoff (trace, id, at, parts) VALUES (?, ?, ?, ?)'
    day.db.run(sql, this.trace, this.id, at, JSON.stringify(this.#sides))
  }
}

const bySource = (a: HandoffPart, b: HandoffPart): number => {
  const [one, two] = [sourceKey(a.source), sourceKey(b.source)]
  return one < two ? -1 : Number(one > two)
}

/** The earliest that anybody says of it, µs; 0 when nobody does. */
function handoffTime({ giver, taker }: Sides): number {
  const times = [...giver, ...taker].flatMap((part) => {
    const { offeredUs, acceptedUs, startedUs, endedUs } = part
    return [offeredUs, acceptedUs, startedUs, endedUs].filter((time) => time !== undefined)
  })
  return times.length === 0 ? 0 : Math.min(...times)
}

export function handoffOf(trace: string, id: string, parts: string): StoredHandoff {
  const sides = JSON.parse(parts) as Sides
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
