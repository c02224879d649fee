/** Lists of facts by time: of a trace from its home, of types from one index each. */

import { readCursor, writeCursor } from '../cursor.ts'
import type { Fact } from '../model.ts'
import type { FactQuery, Page } from '../store.ts'
import type { Row } from './database.ts'
import type { Day } from './day.ts'
import { FACT_COLUMNS, factOf } from './facts.ts'
import { daysFor } from './list-handoffs.ts'
import type { Reading } from './list-traces.ts'
import { checkLimit, pageOf, walk } from './pages.ts'
import type { Timeline } from './pages.ts'
import { hexOf } from './span-row.ts'

interface Place {
  readonly at: number
  readonly id: string
  readonly trace: string
  readonly fact: Fact
}

const COLUMNS = `${FACT_COLUMNS}, (SELECT id FROM trace WHERE row = fact.trace)`
const ASCENDING = {
  trace: `SELECT ${COLUMNS} FROM fact WHERE trace = ? AND at >= ? ORDER BY at LIMIT ?`,
  type: `SELECT ${COLUMNS} FROM fact WHERE type = ? AND at >= ? ORDER BY at LIMIT ?`
}
const DESCENDING = {
  trace: `SELECT ${COLUMNS} FROM fact WHERE trace = ? AND at <= ? ORDER BY at DESC LIMIT ?`,
  type: `SELECT ${COLUMNS} FROM fact WHERE type = ? AND at <= ? ORDER BY at DESC LIMIT ?`
}
const AT = {
  trace: `SELECT ${COLUMNS} FROM fact WHERE trace = ? AND at = ? LIMIT ?`,
  type: `SELECT ${COLUMNS} FROM fact WHERE type = ? AND at = ? LIMIT ?`
}

const text = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
const forwards = (a: Place, b: Place): number =>
  a.at - b.at || text(a.id, b.id) || text(a.trace, b.trace)

/** @throws PeerworkError `BAD_OPTION` */
export function listFacts(reading: Reading, query: FactQuery): Page<Fact> {
  checkLimit(query.limit)
  const newest = query.order === 'newest'
  const compare = newest ? (a: Place, b: Place) => forwards(b, a) : forwards
  const [at, id, trace] = query.after === undefined ? [] : readCursor(query.after, 'isx')
  const past =
    at === undefined ? undefined : { at: Number(at), id: String(id), trace: String(trace) }
  const { fromUs = 0, toUs = Number.MAX_SAFE_INTEGER } = query
  const start = newest ? Math.min(past?.at ?? toUs, toUs - 1) : Math.max(past?.at ?? 0, fromUs)
  const isIn = ({ at }: Place): boolean => (newest ? at >= fromUs : at < toUs)
  const isPast = (place: Place): boolean => past === undefined || compare(place, past as Place) > 0
  const sources = daysFor(reading, query.trace).flatMap(({ day, row }) => {
    return keysIn(day(), row, query).map((key) => {
      return within(walk(timelineOf(day(), key, { newest, compare }), start), { isIn, isPast })
    })
  })
  return pageOf<Place, Fact>({
    ...{ sources, compare, limit: query.limit, elapsed: reading.elapsed },
    candidate: (place) => ({
      cursor: () => writeCursor(place.at, place.id, place.trace),
      item: () => (fits(place.fact, query) ? place.fact : undefined)
    })
  })
}

interface Bounds {
  readonly isIn: (place: Place) => boolean
  readonly isPast: (place: Place) => boolean
}

function* within(places: Iterable<Place>, { isIn, isPast }: Bounds): Generator<Place, void> {
  for (const place of places) {
    if (!isIn(place)) return
    if (isPast(place)) yield place
  }
}

interface Key {
  readonly by: 'trace' | 'type'
  readonly value: number
}

/** The trace, or each type that is asked for. */
function keysIn(day: Day, trace: number | undefined, { types }: FactQuery): Key[] {
  if (trace !== undefined) return [{ by: 'trace', value: trace }]
  const all = day.names.all('type')
  const asked = types === undefined ? all : all.filter((type) => isOf(type.text, types))
  return asked.map(({ id }) => ({ by: 'type', value: id }))
}

/** `guard.` means all that begin so. */
const isOf = (type: string, types: readonly string[]): boolean =>
  types.some((asked) => (asked.endsWith('.') ? type.startsWith(asked) : type === asked))

function fits({ type, span, source }: Fact, query: FactQuery): boolean {
  if (query.types !== undefined && !isOf(type, query.types)) return false
  if (query.span !== undefined && span !== query.span) return false
  return query.by === undefined || source.by === query.by
}

interface Direction {
  readonly newest: boolean
  readonly compare: (a: Place, b: Place) => number
}

function timelineOf(day: Day, key: Key, { newest, compare }: Direction): Timeline<Place> {
  const read = (sql: string) => (time: number, limit: number) =>
    day.db.all(sql, key.value, time, limit).map((row) => placeOf(row, day))
  return {
    from: read((newest ? DESCENDING : ASCENDING)[key.by]),
    at: read(AT[key.by]),
    ...{ timeOf: ({ at }: Place) => at, compare, direction: newest ? -1 : 1 }
  }
}

function placeOf(row: Row, day: Day): Place {
  const id = row[8] ?? null
  const trace = id === null ? undefined : hexOf(id)
  const fact = factOf(row, day.names, trace)
  return { at: fact.atUs, id: fact.id, trace: trace ?? '', fact }
}
