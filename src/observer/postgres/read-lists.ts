/** Lists of traces, handoffs and facts: by keyset, from the index that suits the question. */

import { readCursor, writeCursor } from '../cursor.ts'
import type { Fact } from '../model.ts'
import { handoffOf } from '../sides.ts'
import type { Sides } from '../sides.ts'
import { checkLimit } from '../sqlite/pages.ts'
import type {
  FactQuery,
  HandoffQuery,
  Page,
  StoredHandoff,
  TraceQuery,
  TraceSummary,
  Window
} from '../store.ts'
import type { Db } from './connect.ts'
import { askedWords, keyOf, termOf } from './key.ts'
import { readFact } from './known.ts'
import type { Summary } from './trace-draft.ts'

const TERMS = ['errorCode', 'conversation', 'tool', 'model', 'skill', 'agent', 'status'] as const

/** µs as a `bigint` takes them. */
const whole = (us: number): number =>
  Math.min(Math.max(Math.ceil(us) || 0, 0), Number.MAX_SAFE_INTEGER)

export function edgesOf({ fromUs = 0, toUs = Number.MAX_SAFE_INTEGER }: Window) {
  return { from: whole(fromUs), to: whole(toUs) }
}

/** One row more than asked for says that there is a next page. */
function paged<Row, Item>(
  rows: readonly Row[],
  limit: number,
  { item, cursor }: { item: (row: Row) => Item; cursor: (row: Row) => string }
): Page<Item> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  const page = { items: items.map(item) }
  return rows.length > limit && last !== undefined ? { ...page, next: cursor(last) } : page
}

interface TraceFound {
  readonly id: string
  readonly start: number
  readonly summary: Summary
  readonly pinned: boolean
}

/** @throws PeerworkError `BAD_OPTION` */
export async function listTraces(db: Db, query: TraceQuery): Promise<Page<TraceSummary>> {
  checkLimit(query.limit)
  const newest = query.order !== 'oldest'
  const { from, to } = edgesOf(query)
  const after = query.after === undefined ? undefined : readCursor(query.after, 'ix')
  const place = after === undefined ? db`` : db`(${after[0] ?? 0}::bigint, ${after[1] ?? ''}::text)`
  const past = newest ? db`AND (start, id) < ${place}` : db`AND (start, id) > ${place}`
  const rows = await db<TraceFound[]>`
    SELECT id, start, summary, EXISTS (SELECT 1 FROM pin WHERE pin.trace = t.id) AS pinned
    FROM trace t WHERE start IS NOT NULL AND start >= ${from} AND start < ${to}
    ${after === undefined ? db`` : past} ${termsAsked(db, query)} ${wordsAsked(db, query.text)}
    ${numbersAsked(db, query)}
    ORDER BY ${newest ? db`start DESC, id DESC` : db`start, id`} LIMIT ${query.limit + 1}`
  return paged(rows, query.limit, {
    item: summaryOf,
    cursor: ({ start, id }) => writeCursor(start, id)
  })
}

/** With the fields in one order: `jsonb` has its own. */
export function summaryOf({ summary, pinned }: Pick<TraceFound, 'summary' | 'pinned'>) {
  return { ...summary, pinned }
}

function termsAsked(db: Db, query: TraceQuery) {
  const terms = TERMS.flatMap((field) => {
    const text = query[field]
    return text === undefined ? [] : [termOf(field, text)]
  })
  return terms.length === 0 ? db`` : db`AND terms @> ${terms}::text[]`
}

/** Each word may have come with another span of the trace. */
function wordsAsked(db: Db, text: string | undefined) {
  return [
    db``,
    ...askedWords(text ?? '').map(
      (word) => db`AND id IN (SELECT trace FROM search WHERE words @> ${[word]}::text[])`
    )
  ]
}

function numbersAsked(db: Db, query: TraceQuery) {
  const { costAbove, costBelow, durationAbove, durationBelow } = query
  return [
    costAbove === undefined ? db`` : db`AND cost > ${costAbove}::float8`,
    costBelow === undefined ? db`` : db`AND cost < ${costBelow}::float8`,
    durationAbove === undefined ? db`` : db`AND coalesce(duration, 0) > ${durationAbove}::float8`,
    durationBelow === undefined ? db`` : db`AND duration < ${durationBelow}::float8`
  ]
}

interface HandoffFound {
  readonly trace: string
  readonly key: string
  readonly at: number
  readonly id: string
  readonly sides: string
}

/** @throws PeerworkError `BAD_OPTION` */
export async function listHandoffs(db: Db, query: HandoffQuery): Promise<Page<StoredHandoff>> {
  checkLimit(query.limit)
  const { from, to } = edgesOf(query)
  const { after, trace, agent, status, limit } = query
  const past = after === undefined ? undefined : readCursor(after, 'ixs')
  const place = past?.map(String)
  const rows = await db<HandoffFound[]>`
    SELECT trace, key, at, id, sides FROM handoff WHERE at >= ${from} AND at < ${to}
    ${trace === undefined ? db`` : db`AND trace = ${trace}`}
    ${agent === undefined ? db`` : db`AND agents @> ${[keyOf(agent)]}::text[]`}
    ${status === undefined ? db`` : db`AND ${status}::text = ANY(statuses)`}
    ${
      place === undefined
        ? db``
        : db`AND (at, trace, key) <
            (${place[0] ?? ''}::bigint, ${place[1] ?? ''}::text, ${place[2] ?? ''}::text)`
    }
    ORDER BY at DESC, trace DESC, key DESC LIMIT ${limit + 1}`
  return paged(rows, limit, {
    item: (row) => handoffOf(row.trace, row.id, JSON.parse(row.sides) as Sides),
    cursor: (row) => writeCursor(row.at, row.trace, row.key)
  })
}

interface FactFound {
  readonly at: number
  readonly key: string
  readonly trace: string
  readonly fact: string
}

/** @throws PeerworkError `BAD_OPTION` */
export async function listFacts(db: Db, query: FactQuery): Promise<Page<Fact>> {
  checkLimit(query.limit)
  const newest = query.order === 'newest'
  const { from, to } = edgesOf(query)
  const { after, trace, span, by, limit } = query
  const past = after === undefined ? undefined : readCursor(after, 'isx').map(String)
  const place =
    past === undefined
      ? db``
      : db`(${past[0] ?? ''}::bigint, ${past[1] ?? ''}::text, ${past[2] ?? ''}::text)`
  const beyond = newest ? db`AND (at, key, trace) < ${place}` : db`AND (at, key, trace) > ${place}`
  const rows = await db<FactFound[]>`
    SELECT at, key, trace, fact FROM fact WHERE at >= ${from} AND at < ${to}
    ${trace === undefined ? db`` : db`AND trace = ${trace}`}
    ${span === undefined ? db`` : db`AND span = ${span}`}
    ${by === undefined ? db`` : db`AND by = ${keyOf(by)}`} ${typesAsked(db, query.types)}
    ${past === undefined ? db`` : beyond}
    ORDER BY ${newest ? db`at DESC, key DESC, trace DESC` : db`at, key, trace`}
    LIMIT ${limit + 1}`
  return paged(rows, limit, {
    item: ({ fact }) => readFact(fact),
    cursor: ({ at, key, trace: id }) => writeCursor(at, key, id)
  })
}

/** `guard.` means all that begin so. */
function typesAsked(db: Db, types: readonly string[] | undefined) {
  if (types === undefined) return db``
  const families = types.filter((type) => type.endsWith('.'))
  const names = types.filter((type) => !type.endsWith('.')).map(keyOf)
  return db`AND (type = ANY(${names}::text[]) OR EXISTS (
    SELECT 1 FROM unnest(${families}::text[]) AS family WHERE starts_with(type, family)))`
}
