/**
 * Pages over several files: each file gives its rows in order, and they are merged by key.
 *
 * Every row that is looked at counts. A question that finds little gives a short page with a `next`
 * rather than holding up everybody else.
 */

import { PeerworkError } from '../../protocol/errors.ts'
import type { Page } from '../store.ts'

/** Rows looked at for one page, count, and how long, ms. */
export const LOOKED_ROWS_MAX = 50_000
export const LOOKED_MS_MAX = 500
/** Items of one page, count. */
export const PAGE_MAX = 1_000
/** Spans of one page, count: each puts its whole trace in order, so few large ones are best. */
export const SPANS_PAGE_MAX = 5_000

/** @throws PeerworkError `BAD_OPTION` */
export function checkLimit(limit: number, most = PAGE_MAX): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= most) return
  throw new PeerworkError('BAD_OPTION', `a page has from 1 to ${most} items`, { limit })
}

/** A row that may belong on the page. `item` is asked for only if it comes up. */
export interface Candidate<Item> {
  /** Undefined when it does not fit the question. */
  readonly item: () => Item | undefined
  /** The cursor of what comes after it. */
  readonly cursor: () => string
}
export type Compare<Row> = (a: Row, b: Row) => number

export interface PageOptions<Row, Item> {
  /** Each in order by `compare`, beginning after the cursor. */
  readonly sources: readonly Iterator<Row>[]
  readonly compare: Compare<Row>
  readonly candidate: (row: Row) => Candidate<Item>
  readonly limit: number
  readonly elapsed: () => number
}

export function pageOf<Row, Item>(options: PageOptions<Row, Item>): Page<Item> {
  const { compare, candidate, limit, elapsed } = options
  const heads = options.sources.flatMap((source) => headOf(source))
  const items: Item[] = []
  const until = elapsed() + LOOKED_MS_MAX
  let last: Candidate<Item> | undefined
  for (let looked = 0; heads.length > 0; looked++) {
    const slow = looked > LOOKED_ROWS_MAX || (looked % 64 === 0 && elapsed() > until)
    if (last !== undefined && (items.length === limit || slow))
      return { items, next: last.cursor() }
    const first = heads.reduce((a, b) => (compare(b.row, a.row) < 0 ? b : a))
    last = candidate(first.row)
    const item = last.item()
    if (item !== undefined) items.push(item)
    const next = first.source.next()
    if (next.done === true) heads.splice(heads.indexOf(first), 1)
    else first.row = next.value
  }
  return { items }
}

interface Head<Row> {
  row: Row
  readonly source: Iterator<Row>
}

function headOf<Row>(source: Iterator<Row>): Head<Row>[] {
  const { done, value } = source.next()
  return done === true ? [] : [{ row: value, source }]
}

/** Rows of one moment that are put in order, count; of more, the rest comes as it lies. */
const TIES_MAX = 20_000
const CHUNK_ROWS = 128

export interface Timeline<Row> {
  /** At or past the time in the direction, in order of time. */
  readonly from: (timeUs: number, limit: number) => Row[]
  readonly at: (timeUs: number, limit: number) => Row[]
  readonly timeOf: (row: Row) => number
  readonly compare: Compare<Row>
  /** 1 towards later, -1 towards earlier. */
  readonly direction: 1 | -1
}

/** All rows from a time on, those of one moment in order too. */
export function* walk<Row>(timeline: Timeline<Row>, startUs: number): Generator<Row, void> {
  const { from, at, timeOf, compare, direction } = timeline
  for (let time = startUs; ;) {
    const rows = from(time, CHUNK_ROWS)
    const last = rows.at(-1)
    if (last === undefined) return
    const end = timeOf(last)
    const isAll = rows.length < CHUNK_ROWS
    // The last moment of a full chunk may go on behind it.
    const before = isAll ? rows : rows.filter((row) => timeOf(row) !== end)
    yield* before.sort(compare)
    if (isAll) return
    yield* at(end, TIES_MAX).sort(compare)
    time = end + direction
  }
}
