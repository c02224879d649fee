/** Lists of handoffs, newest first; those of one trace come from its home alone. */

import { readCursor, writeCursor } from '../cursor.ts'
import { handoffOf } from '../sides.ts'
import type { Sides } from '../sides.ts'
import type { HandoffQuery, Page, StoredHandoff } from '../store.ts'
import type { Row } from './database.ts'
import type { Day } from './day.ts'
import type { Reading } from './list-traces.ts'
import { checkLimit, pageOf, walk } from './pages.ts'
import { homeIn } from './read-trace.ts'
import { hexOf } from './span-row.ts'

interface Place {
  readonly at: number
  readonly trace: string
  readonly id: string
  readonly parts: string
}

const COLUMNS = `handoff.at, trace.id, handoff.id, parts
  FROM handoff JOIN trace ON trace.row = handoff.trace`
const SQL = {
  from: `SELECT ${COLUMNS} WHERE at <= ? ORDER BY at DESC LIMIT ?`,
  at: `SELECT ${COLUMNS} WHERE at = ? LIMIT ?`,
  fromOf: `SELECT ${COLUMNS} WHERE trace = ? AND at <= ? ORDER BY at DESC LIMIT ?`,
  atOf: `SELECT ${COLUMNS} WHERE trace = ? AND at = ? LIMIT ?`
}

const compare = (a: Place, b: Place): number =>
  b.at - a.at || order(b.trace, a.trace) || order(b.id, a.id)
const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

/** @throws PeerworkError `BAD_OPTION` */
export function listHandoffs(reading: Reading, query: HandoffQuery): Page<StoredHandoff> {
  checkLimit(query.limit)
  const { after, trace, toUs = Number.MAX_SAFE_INTEGER } = query
  const [at, lastTrace, lastId] = after === undefined ? [] : readCursor(after, 'ixs')
  const past =
    at === undefined
      ? undefined
      : { at: Number(at), trace: String(lastTrace), id: String(lastId), parts: '' }
  const start = Math.min(past?.at ?? Infinity, toUs - 1)
  return pageOf<Place, StoredHandoff>({
    sources: daysFor(reading, trace).map((day) => placesIn(day, { start, past, query })),
    ...{ compare, limit: query.limit, elapsed: reading.elapsed },
    candidate: (place) => ({
      cursor: () => writeCursor(place.at, place.trace, place.id),
      item: () => {
        const handoff = handoffOf(place.trace, place.id, JSON.parse(place.parts) as Sides)
        return fits(handoff, query) ? handoff : undefined
      }
    })
  })
}

interface InDay {
  readonly day: () => Day
  readonly row: number | undefined
}

/** Where to look: at home when it is about one trace, else everywhere. */
export function daysFor({ files }: Reading, trace: string | undefined): InDay[] {
  if (trace === undefined) {
    return files.entries.map(({ id }) => ({ day: () => files.open(id), row: undefined }))
  }
  const home = homeIn(files, trace)
  return home === undefined ? [] : [{ day: () => home.day, row: home.row }]
}

interface From {
  readonly start: number
  readonly past: Place | undefined
  readonly query: HandoffQuery
}

function* placesIn({ day, row }: InDay, { start, past, query }: From): Generator<Place, void> {
  const { db } = day()
  const key = row === undefined ? [] : [row]
  const read = (sql: string) => (time: number, limit: number) =>
    db.all(sql, ...key, time, limit).map(placeOf)
  const places = walk<Place>(
    {
      from: read(row === undefined ? SQL.from : SQL.fromOf),
      at: read(row === undefined ? SQL.at : SQL.atOf),
      ...{ compare, direction: -1, timeOf: ({ at }: Place) => at }
    },
    start
  )
  for (const place of places) {
    if (place.at < (query.fromUs ?? 0)) return
    if (past === undefined || compare(place, past) > 0) yield place
  }
}

const placeOf = ([at, trace, id, parts]: Row): Place => ({
  at: Number(at),
  trace: hexOf(trace),
  id: String(id),
  parts: String(parts)
})

function fits({ giver, taker }: StoredHandoff, { agent, status }: HandoffQuery): boolean {
  const sides = [giver, taker].filter((side) => side !== undefined)
  if (status !== undefined && !sides.some((side) => side.status === status)) return false
  if (agent === undefined) return true
  return sides.some(({ from, to, source }) => [from, to, source.by].includes(agent))
}
