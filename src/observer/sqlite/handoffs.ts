/** A handoff's row: what each side told, by whoever told it. */

import type { HandoffPart } from '../model.ts'
import { handoffTime, NOBODY, withPart } from '../sides.ts'
import type { Sides } from '../sides.ts'
import type { Day } from './day.ts'

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
    const now = withPart(this.#sides, part)
    if (now === this.#sides) return false
    this.#sides = now
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
