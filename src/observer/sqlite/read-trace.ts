/** One trace from its home: the summary, its spans by the page, one span whole. */

import { readCursor, writeCursor } from '../cursor.ts'
import { sourceKey } from '../merge.ts'
import type { SpanPart } from '../model.ts'
import type { Page, StoredSpan, TraceSummary } from '../store.ts'
import { timeOf } from '../sums.ts'
import type { Row } from './database.ts'
import type { Day } from './day.ts'
import type { Files } from './files.ts'
import { summaryOf } from './list-traces.ts'
import { checkLimit, SPANS_PAGE_MAX } from './pages.ts'
import { bytesOf, SPAN_COLUMNS, spanOf } from './span-row.ts'

export interface Home {
  readonly day: Day
  readonly row: number
  readonly id: string
}

export function homeIn(files: Files, id: string): Home | undefined {
  const bytes = bytesOf(id)
  const known = files.control.homeOf(bytes)
  if (known === undefined || !files.has(known)) return undefined
  const day = files.open(known)
  const row = day.traceRow(bytes)
  return row === undefined ? undefined : { day, row, id }
}

export function readSummary(files: Files, id: string): TraceSummary | undefined {
  const home = homeIn(files, id)
  return home === undefined ? undefined : summaryOf(files, home.day, id)
}

/** By start, then id, then who told; what has no time comes first. */
const PAGE = `SELECT ${SPAN_COLUMNS}, ifnull(start, ifnull(finish, 0)) AS at,
    (SELECT text FROM name WHERE id = source) AS teller
  FROM span WHERE trace = ?1 AND (at, span, teller) > (?2, ?3, ?4)
  ORDER BY at, span, teller LIMIT ?5`

/** @throws PeerworkError `BAD_OPTION` */
export function listSpans(
  files: Files,
  trace: string,
  { limit, after }: { limit: number; after?: string }
): Page<StoredSpan> {
  checkLimit(limit, SPANS_PAGE_MAX)
  const [at = -1, span = '', teller = ''] = after === undefined ? [] : readCursor(after, 'ixs')
  const home = homeIn(files, trace)
  if (home === undefined) return { items: [] }
  const { day, row } = home
  const rows = day.db.all(PAGE, row, at, bytesOf(String(span)), teller, limit + 1)
  const items = rows.slice(0, limit).map((found) => stored(spanOf(found, trace, day.names)))
  const last = items.at(-1)
  if (rows.length <= limit || last === undefined) return { items }
  return { items, next: writeCursor(timeOf(last) ?? 0, last.span, sourceKey(last.source)) }
}

const stored = (part: SpanPart): StoredSpan => ({
  ...part,
  kind: part.kind ?? 'other',
  status: part.status ?? 'open'
})

const ONE = `SELECT ${SPAN_COLUMNS}, (SELECT text FROM name WHERE id = source) AS teller
  FROM span WHERE trace = ? AND span = ? ORDER BY teller`

/** With attributes, one a teller. */
export function readSpan(files: Files, trace: string, span: string): StoredSpan[] {
  const home = homeIn(files, trace)
  if (home === undefined) return []
  const { day, row } = home
  return day.db.all(ONE, row, bytesOf(span)).map((found) => stored(wholeSpan(found, home)))
}

/** With its attributes. @param row columns as in `SPAN_COLUMNS` */
export function wholeSpan(row: Row, { day, id }: Pick<Home, 'day' | 'id'>): SpanPart {
  const part = spanOf(row, id, day.names)
  const references = row[PAYLOAD_AT] as Uint8Array | null
  return references === null ? part : { ...part, attributes: day.payloads.read(references) }
}

const PAYLOAD_AT = SPAN_COLUMNS.split(',').length - 1
