/** Lists of traces: found by the rarest of what is asked for, in order of their starts. */

import type { Page, TraceQuery, TraceSummary } from '../store.ts'
import { spent } from '../spent.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import type { Row } from './database.ts'
import type { Day } from './day.ts'
import type { Files } from './files.ts'
import { checkLimit, pageOf } from './pages.ts'
import type { Candidate } from './pages.ts'
import { hitsOf } from './search.ts'
import type { Hits } from './search.ts'
import { bytesOf, hexOf } from './span-row.ts'
import { TRACE_COLUMNS, traceOf } from './trace-row.ts'

/** Traces that one name is counted up to, to walk by the rarest. */
const COUNTED_MAX = 5_000
const CHUNK_ROWS = 64
const TERMS = ['errorCode', 'conversation', 'tool', 'model', 'skill', 'agent', 'status'] as const

interface Place {
  readonly start: number
  readonly id: string
  readonly day: Day
  /** Looked at, so that the work is counted, and found not to fit. */
  readonly skip?: true
}

interface Question {
  readonly query: TraceQuery
  readonly newest: boolean
  /** Exclusive: where the page before ended. */
  readonly after: { readonly start: number; readonly id: string } | undefined
}

export interface Reading {
  readonly files: Files
  readonly elapsed: () => number
}

/** @throws PeerworkError `BAD_OPTION` */
export function listTraces({ files, elapsed }: Reading, query: TraceQuery): Page<TraceSummary> {
  checkLimit(query.limit)
  const newest = query.order !== 'oldest'
  const question = { query, newest, after: afterOf(query.after) }
  const sign = newest ? -1 : 1
  return pageOf<Place, TraceSummary>({
    sources: files.entries.map(({ id }) => lazily(files, id, question)),
    compare: (a, b) => sign * (a.start - b.start || (a.id < b.id ? -1 : Number(a.id > b.id))),
    candidate: (place) => candidateOf(files, place, query),
    ...{ limit: query.limit, elapsed }
  })
}

function afterOf(cursor: string | undefined): Question['after'] {
  if (cursor === undefined) return undefined
  const [start, id] = readCursor(cursor, 'ix')
  return { start: Number(start), id: String(id) }
}

function* lazily(files: Files, id: number, question: Question): Generator<Place, void> {
  const { fromUs = 0, toUs = Number.MAX_SAFE_INTEGER } = question.query
  const { low, high } = files.totals(id)
  if (low === null || high === null || low >= toUs || high < fromUs) return
  yield* placesIn(files.open(id), question)
}

function placesIn(day: Day, question: Question): Iterable<Place> {
  const { query } = question
  const hits = query.text === undefined ? undefined : hitsOf(day, query.text)
  if (hits?.rows !== undefined) return fetched(day, hits.rows, question)
  const terms = termsOf(day, query)
  if (terms === undefined) return []
  const places = walked(day, question, rarest(day, terms))
  return hits === undefined ? places : among(places, hits)
}

function* among(places: Iterable<Place>, hits: Hits): Generator<Place, void> {
  for (const place of places) {
    yield hits.has(place.day.traceRow(bytesOf(place.id)) ?? -1) ? place : { ...place, skip: true }
  }
}

function rarest(day: Day, terms: readonly number[]): number | undefined {
  if (terms.length <= 1) return terms[0]
  const sql = 'SELECT count(*) FROM (SELECT 1 FROM term WHERE name = ? LIMIT ?)'
  const counted = terms.map((id) => ({ id, traces: Number(day.db.get(sql, id, COUNTED_MAX)?.[0]) }))
  return counted.reduce((a, b) => (b.traces < a.traces ? b : a)).id
}

/** Numbers of all names that are asked for; undefined when the day does not know one. */
function termsOf(day: Day, query: TraceQuery): number[] | undefined {
  const found = TERMS.flatMap((field) => {
    const text = query[field]
    return text === undefined ? [] : [day.names.find(field, text)]
  })
  const known = found.filter((id) => id !== undefined)
  return known.length < found.length ? undefined : known
}

function fetched(day: Day, hits: readonly number[], question: Question): Place[] {
  const sql = 'SELECT start, id FROM trace WHERE row = ? AND start IS NOT NULL'
  const places = hits.flatMap((row): Place[] => {
    const [start, id] = day.db.get(sql, row) ?? []
    return start === undefined ? [] : [{ start: Number(start), id: hexOf(id), day }]
  })
  const sign = question.newest ? -1 : 1
  const order = (a: Place, b: Place) => sign * (a.start - b.start || (a.id < b.id ? -1 : 1))
  return places.filter((place) => isPast(place, question)).sort(order)
}

function isPast({ start, id }: Place, { query, after, newest }: Question): boolean {
  const { fromUs = 0, toUs = Number.MAX_SAFE_INTEGER } = query
  if (start < fromUs || start >= toUs) return false
  if (after === undefined) return true
  if (start !== after.start) return newest ? start < after.start : start > after.start
  return newest ? id < after.id : id > after.id
}

/** Row values are compared as a whole: one seek in the index for each chunk. */
const WALKS = {
  newest: `SELECT start, id FROM trace WHERE start IS NOT NULL AND (start, id) < (?, ?)
    AND start >= ? ORDER BY start DESC, id DESC LIMIT ?`,
  oldest: `SELECT start, id FROM trace WHERE start IS NOT NULL AND (start, id) > (?, ?)
    AND start < ? ORDER BY start, id LIMIT ?`,
  newestOf: `SELECT start, trace FROM term WHERE name = ? AND (start, trace) < (?, ?)
    AND start >= ? ORDER BY start DESC, trace DESC LIMIT ?`,
  oldestOf: `SELECT start, trace FROM term WHERE name = ? AND (start, trace) > (?, ?)
    AND start < ? ORDER BY start, trace LIMIT ?`
}
const NO_ID = new Uint8Array(0)

function* walked(day: Day, question: Question, term: number | undefined): Generator<Place, void> {
  const { newest, query, after } = question
  const { fromUs = 0, toUs = Number.MAX_SAFE_INTEGER } = query
  const edge = newest ? Math.min(toUs, after?.start ?? toUs) : Math.max(fromUs, after?.start ?? 0)
  const inside = after !== undefined && after.start === edge
  let from: readonly [number, Uint8Array] = [edge, inside ? bytesOf(after.id) : NO_ID]
  const end = newest ? fromUs : toUs
  const key = term === undefined ? [] : [term]
  const sql = WALKS[`${newest ? 'newest' : 'oldest'}${term === undefined ? '' : 'Of'}`]
  for (;;) {
    const rows = day.db.all(sql, ...key, ...from, end, CHUNK_ROWS)
    for (const [start, id] of rows) yield { start: Number(start), id: hexOf(id), day }
    const last = rows.at(-1)
    if (last === undefined || rows.length < CHUNK_ROWS) return
    from = [Number(last[0]), last[1] as Uint8Array]
  }
}

const BY_ID = `SELECT ${TRACE_COLUMNS} FROM trace WHERE id = ?`

function candidateOf(files: Files, place: Place, query: TraceQuery): Candidate<TraceSummary> {
  return {
    cursor: () => writeCursor(place.start, place.id),
    item: () => {
      if (place.skip) return undefined
      const found = place.day.db.get(BY_ID, bytesOf(place.id))
      if (found === undefined) return undefined
      const summary = summaryIn(files, place.day, found)
      return summary !== undefined && fits(summary, place, query) ? summary : undefined
    }
  }
}

function fits(summary: TraceSummary, { day, start, id }: Place, query: TraceQuery): boolean {
  const { costAbove, costBelow, durationAbove, durationBelow } = query
  const { cost, startUs, endUs } = summary
  if (costAbove !== undefined && !(cost > costAbove)) return false
  if (costBelow !== undefined && !(cost < costBelow)) return false
  const duration = endUs === null ? undefined : (endUs - startUs) / 1_000
  if (durationAbove !== undefined && !((duration ?? 0) > durationAbove)) return false
  if (durationBelow !== undefined && !((duration ?? Infinity) < durationBelow)) return false
  const sql = 'SELECT 1 FROM term WHERE name = ? AND start = ? AND trace = ?'
  const terms = termsOf(day, query) ?? []
  return terms.every((term) => day.db.get(sql, term, start, bytesOf(id)) !== undefined)
}

export function summaryOf(files: Files, day: Day, id: string): TraceSummary | undefined {
  const row = day.db.get(BY_ID, bytesOf(id))
  return row === undefined ? undefined : summaryIn(files, day, row)
}

function summaryIn(files: Files, day: Day, row: Row): TraceSummary | undefined {
  const trace = traceOf(row, day)
  const { lead, start, finish } = trace.outline
  if (lead === undefined) return undefined
  return {
    trace: trace.id,
    name: lead.name,
    startUs: start ?? 0,
    endUs: lead.status === 'open' ? null : finish,
    status: lead.status,
    spans: trace.share.spans,
    errors: trace.share.errors,
    agents: trace.agents.map((agent) => day.names.text(agent)).sort(),
    ...spent(trace.share, trace.outline),
    sealed: trace.share.unsealed === 0,
    pinned: files.control.isPinned(trace.id)
  }
}
