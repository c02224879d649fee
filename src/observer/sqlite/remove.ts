/**
 * Forgetting single traces, as if they had never come: sums and names in use are taken back.
 *
 * An empty row stays in place of each, since rows are numbered and what is noted in the control
 * file goes by these numbers. Compressed attributes and the index of words are shared by many
 * traces: nothing leads to those of a removed one any more, and they go with the file of the day.
 */

import { sourceKey } from '../merge.ts'
import type { Source } from '../model.ts'
import type { Sides } from '../sides.ts'
import type { Day } from './day.ts'
import { PINNED_START } from './files.ts'
import type { Files } from './files.ts'
import { homeIn } from './read-trace.ts'
import type { Home } from './read-trace.ts'
import { Rollups } from './rollups.ts'
import { SPAN_COLUMNS, bytesOf, spanOf } from './span-row.ts'
import type { Row } from './database.ts'

/** Those of which nobody but `onlyOf` told anything. @returns how many were removed */
export function removeTraces(files: Files, traces: readonly string[], onlyOf: Source): number {
  files.catchUp()
  const homes = [...new Set(traces)].flatMap((id) => homeIn(files, id) ?? [])
  const teller = sourceKey(onlyOf)
  const removed: string[] = []
  for (const [day, here] of Map.groupBy(homes, (home) => home.day)) {
    files.touch(day)
    const rollups = new Rollups(day.names)
    day.db.begin()
    try {
      for (const home of here) {
        if (!othersTold(home, teller) && empty(home, rollups)) removed.push(home.id)
      }
      // The sums of pinned traces whose day is gone were handed on, and outlive them.
      if (day.start !== PINNED_START) rollups.write(day.db)
      day.commit()
    } catch (error) {
      day.rollback()
      throw error
    }
    files.noted(day)
  }
  files.control.together(() => {
    for (const id of removed) files.control.pin(id, false)
  })
  return removed.length
}

const TELLERS =
  'SELECT source FROM span WHERE trace = ?1 UNION SELECT source FROM fact WHERE trace = ?1'

function othersTold({ day: { db, names }, row }: Home, teller: string): boolean {
  const numbers = db.all(TELLERS, row).map(([source]) => names.text(Number(source)))
  if (numbers.some((one) => one !== teller)) return true
  return db.all('SELECT parts FROM handoff WHERE trace = ?', row).some(([parts]) => {
    const { giver, taker } = JSON.parse(String(parts)) as Sides
    return [...giver, ...taker].some(({ source }) => sourceKey(source) !== teller)
  })
}

const EMPTY = `UPDATE trace SET start = NULL, finish = NULL, lead_span = NULL, lead_source = NULL,
  lead_root = NULL, lead_time = NULL, name = NULL, status = NULL, spans = 0, errors = 0, tokens = 0,
  costNanos = 0, tokenLeaves = 0, costLeaves = 0, reported = 0, estimated = 0, unknown = 0,
  unsealed = 0, outer_tokens = 0, outer_nanos = 0, outer_estimated = 0, terms = '[[],[]]'
  WHERE row = ?`

/** @returns whether there was anything */
function empty({ day, row, id }: Home, rollups: Rollups): boolean {
  const { db } = day
  const spans = takeBack(day, row, { id, rollups })
  const facts = Number(db.get('SELECT count(*) FROM fact WHERE trace = ?', row)?.[0])
  const handoffs = Number(db.get('SELECT count(*) FROM handoff WHERE trace = ?', row)?.[0])
  forgetTerms(day, row, id)
  for (const table of ['span', 'handoff', 'fact', 'unsearched']) {
    db.run(`DELETE FROM ${table} WHERE trace = ?`, row)
  }
  db.run(EMPTY, row)
  const sql = 'UPDATE total SET spans = spans - ?, traces = traces - ?, facts = facts - ?'
  db.run(sql, spans, spans > 0 ? 1 : 0, facts)
  return spans + facts + handoffs > 0
}

interface Taking {
  readonly id: string
  readonly rollups: Rollups
}

/** Out of the sums, and out of the names in use. @returns spans */
function takeBack(day: Day, row: number, { id, rollups }: Taking): number {
  const sql = `SELECT ${SPAN_COLUMNS} FROM span WHERE trace = ?`
  let spans = 0
  for (const span of day.db.statement(sql).iterate(row)) {
    rollups.takeBack(spanOf(span as unknown as Row, id, day.names))
    spans++
  }
  return spans
}

const TERM = 'DELETE FROM term WHERE name = ? AND start = ? AND trace = ?'

/** Every entry by which it was found: its terms, and the word of how it ended. */
function forgetTerms(day: Day, row: number, id: string): void {
  const [start, terms] = day.db.get('SELECT start, terms FROM trace WHERE row = ?', row) ?? []
  if (typeof start !== 'number') return
  const named = (JSON.parse(String(terms)) as number[][]).flat()
  const statuses = day.names.all('status').map((name) => name.id)
  for (const name of [...named, ...statuses]) day.db.run(TERM, name, start, bytesOf(id))
}
