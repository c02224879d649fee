/** One trace: its summary, its spans by pages, one span whole. */

import { readCursor, writeCursor } from '../cursor.ts'
import type { SpanPart } from '../model.ts'
import { checkLimit, SPANS_PAGE_MAX } from '../sqlite/pages.ts'
import type { Page, StoredSpan, TraceSummary } from '../store.ts'
import { unpackAttributes } from './attributes.ts'
import type { Db } from './connect.ts'
import { summaryOf } from './read-lists.ts'
import type { Summary } from './trace-draft.ts'

export async function readSummary(db: Db, id: string): Promise<TraceSummary | undefined> {
  const rows = await db<{ summary: Summary; pinned: boolean }[]>`
    SELECT summary, EXISTS (SELECT 1 FROM pin WHERE pin.trace = t.id) AS pinned
    FROM trace t WHERE id = ${id} AND summary IS NOT NULL`
  const [found] = rows
  return found === undefined ? undefined : summaryOf(found)
}

interface Found {
  readonly at: number
  readonly span: string
  readonly source: string
  readonly part: Omit<SpanPart, 'trace' | 'span'>
}

/** By start, then id, then who told; what has no time comes first. */
export async function listSpans(
  db: Db,
  trace: string,
  { limit, after }: { limit: number; after?: string }
): Promise<Page<StoredSpan>> {
  checkLimit(limit, SPANS_PAGE_MAX)
  const past = (after === undefined ? [-1, '', ''] : readCursor(after, 'ixs')).map(String)
  const [at = '', span = '', source = ''] = past
  const rows = await db<Found[]>`SELECT at, span, source, part FROM span WHERE trace = ${trace}
    AND (at, span, source) > (${at}::bigint, ${span}::text, ${source}::text)
    ORDER BY at, span, source LIMIT ${limit + 1}`
  const items = rows.slice(0, limit)
  const page = { items: items.map((row) => stored(trace, row)) }
  const last = items.at(-1)
  if (rows.length <= limit || last === undefined) return page
  return { ...page, next: writeCursor(last.at, last.span, last.source) }
}

const stored = (trace: string, { span, part }: Pick<Found, 'span' | 'part'>): StoredSpan => ({
  ...{ trace, span },
  ...part,
  kind: part.kind ?? 'other',
  status: part.status ?? 'open'
})

/** With attributes, one a teller. */
export async function readSpan(db: Db, trace: string, span: string): Promise<StoredSpan[]> {
  const rows = await db<(Found & { attributes: Uint8Array | null })[]>`
    SELECT span, part, attributes FROM span WHERE trace = ${trace} AND span = ${span}
    ORDER BY source`
  return rows.map((row) => {
    const { attributes } = row
    const part = stored(trace, row)
    return attributes === null ? part : { ...part, attributes: unpackAttributes(attributes) }
  })
}
