/**
 * Where every span stands: a lane for each agent at each peer, and in it a row for each level of
 * what runs at the same time. Pure: the same spans give the same lanes, whatever came first.
 */

import { sourceKey } from '../../../../src/observer/merge.ts'
import type { Source } from '../../../../src/observer/model.ts'
import type { Span } from '../../types.ts'
import { startOf } from '../buffer.ts'
import { NONE, treeSteps } from './tree.ts'
import type { Tree } from './tree.ts'
import { atOnce } from './turns.ts'

/** Rows of one lane, count: what runs beside more than so many shares the last. */
export const LANE_ROWS_MAX = 200
/** Steps up to an ancestor in the same lane, count: after so many a span begins at the top. */
const UP_MAX = 64

/** What a bar looks like, as bits. */
export const FAILED = 1
export const RUNNING = 2
export const CANCELED = 4

export interface Lane {
  /** Stays the same whatever else comes. */
  readonly key: string
  readonly agent: string
  /** Who vouches for it. */
  readonly source: Source
  /** Its first row of all, and how many it has. */
  readonly top: number
  readonly rows: number
  readonly spans: number
  readonly failed: number
}

export interface Layout {
  readonly spans: readonly Span[]
  readonly tree: Tree
  /** Where each stands, by its id; of several producers' the one that is sealed. */
  readonly places: ReadonlyMap<string, number>
  readonly lanes: readonly Lane[]
  /** µs since 1970: the earliest start, and the latest that any span tells. */
  readonly startUs: number
  readonly endUs: number
  /** Of each span, µs from `startUs`; what runs has no end: `Infinity`. */
  readonly from: Float64Array
  readonly to: Float64Array
  readonly flags: Uint8Array
  readonly lane: Int32Array
  /** Of each span, counted over all lanes. */
  readonly row: Int32Array
  /** The spans of row `r` are `rowSpans` from `rowStart[r]` to `rowStart[r + 1]`, by start. */
  readonly rowStart: Int32Array
  readonly rowSpans: Int32Array
}

/** What the observer says of the whole, before all of it was loaded. */
export interface Extent {
  readonly startUs: number
  readonly endUs: number | null
}

const UNKNOWN: Extent = { startUs: 0, endUs: null }

/** @param spans by start */
export const layoutOf = (spans: readonly Span[], whole?: Extent): Layout =>
  atOnce(layoutSteps(spans, whole))

/** The same in steps, for `inTurns`: each takes a few milliseconds for 100,000 spans. */
export function* layoutSteps(
  spans: readonly Span[],
  whole: Extent = UNKNOWN
): Generator<undefined, Layout, undefined> {
  const tree = yield* treeSteps(spans)
  yield
  const places = placesOf(spans)
  yield
  const times = timesOf(spans, whole)
  yield
  const { of, found } = lanesOf(spans, times.flags)
  yield
  const row = rowsIn(of, found, { tree, ...times })
  yield
  let top = 0
  const tops: number[] = []
  for (const { rows } of found) {
    tops.push(top)
    top += rows
  }
  for (let at = 0; at < row.length; at++) row[at]! += tops[of[at]!]!
  const lanes = found.map((lane, at) => ({ ...lane, top: tops[at]! }))
  const rows = byRow(row, top)
  // What is drawn with it is a piece of its own.
  yield
  return { spans, tree, places, lanes, lane: of, row, ...times, ...rows }
}

function placesOf(spans: readonly Span[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>()
  for (const [at, { span, source }] of spans.entries()) {
    if (!places.has(span) || source.kind === 'agent') places.set(span, at)
  }
  return places
}

function timesOf(spans: readonly Span[], whole: Extent) {
  const size = spans.length
  const [from, to, flags] = [
    ...([new Float64Array(size), new Float64Array(size), new Uint8Array(size)] as const)
  ]
  let [startUs, endUs] = [whole.startUs > 0 ? whole.startUs : Infinity, whole.endUs ?? 0]
  for (const one of spans) {
    const start = startOf(one)
    // What tells no time at all stands at the beginning.
    if (start > 0) startUs = Math.min(startUs, start)
    endUs = Math.max(endUs, start, one.endUs ?? 0)
  }
  if (startUs === Infinity) startUs = 0
  for (const [at, { startUs: start, endUs: end, status }] of spans.entries()) {
    from[at] = Math.max(0, (start ?? end ?? startUs) - startUs)
    to[at] = end === undefined ? Infinity : Math.max(from[at], end - startUs)
    const failed = status === 'error' ? FAILED : 0
    const canceled = status === 'canceled' ? CANCELED : 0
    flags[at] = failed | canceled | (end === undefined ? RUNNING : 0)
  }
  return { startUs, endUs: Math.max(startUs, endUs), from, to, flags }
}

type Growing = { -readonly [Key in keyof Lane]: Lane[Key] }

function lanesOf(spans: readonly Span[], flags: Uint8Array) {
  const of = new Int32Array(spans.length)
  // By agent, then by who vouches: no text is made for each of 100,000 spans.
  const known = new Map<string, Map<string, number>>()
  const byKey = new Map<string, number>()
  const found: Growing[] = []
  for (const [at, { agent, service, source }] of spans.entries()) {
    const name = agent ?? service ?? ''
    let own = known.get(name)
    if (own === undefined) known.set(name, (own = new Map()))
    let lane = own.get(source.by)
    if (lane === undefined || found[lane]!.source.kind !== source.kind) {
      const key = `${name} ${sourceKey(source)}`
      lane = byKey.get(key)
      if (lane === undefined) {
        lane = found.push({ key, agent: name, source, top: 0, rows: 0, spans: 0, failed: 0 }) - 1
        byKey.set(key, lane)
      }
      own.set(source.by, lane)
    }
    of[at] = lane
    found[lane]!.spans++
    if ((flags[at]! & FAILED) !== 0) found[lane]!.failed++
  }
  return { of, found }
}

interface Placing {
  readonly tree: Tree
  readonly from: Float64Array
  readonly to: Float64Array
}

/** The first row below its parent's that is free when it begins. */
function rowsIn(of: Int32Array, lanes: Growing[], { tree, from, to }: Placing): Int32Array {
  const row = new Int32Array(of.length).fill(NONE)
  /** Of each row of each lane, when it is free again, µs. */
  const busy: number[][] = lanes.map(() => [])
  for (const at of parentsFirst(from, tree.depth)) {
    const rows = busy[of[at]!]!
    const above = aboveInLane(at, of, tree.parent)
    let here = above === NONE ? 0 : row[above]! + 1
    while (here < LANE_ROWS_MAX - 1 && (rows[here] ?? -1) > from[at]!) here++
    row[at] = Math.min(here, LANE_ROWS_MAX - 1)
    for (let empty = rows.length; empty < row[at]; empty++) rows[empty] = -1
    rows[row[at]] = Math.max(rows[row[at]] ?? -1, to[at]!)
  }
  for (const [at, rows] of busy.entries()) lanes[at]!.rows = Math.max(1, rows.length)
  return row
}

/** By start as they are; of one moment, parents before what is below them. */
function parentsFirst(from: Float64Array, depth: Int32Array): Int32Array {
  const order = Int32Array.from(from, (_, at) => at)
  for (let at = 0; at < order.length;) {
    let end = at + 1
    while (end < order.length && from[end] === from[at]) end++
    if (end - at > 1) order.subarray(at, end).sort((a, b) => depth[a]! - depth[b]! || a - b)
    at = end
  }
  return order
}

function aboveInLane(at: number, of: Int32Array, parent: Int32Array): number {
  let above = parent[at]!
  for (let step = 0; step < UP_MAX && above !== NONE; step++) {
    if (of[above] === of[at]) return above
    above = parent[above]!
  }
  return NONE
}

/** Spans of each row in their order, as one list and where each row begins in it. */
function byRow(row: Int32Array, rows: number) {
  const rowStart = new Int32Array(rows + 1)
  for (const one of row) rowStart[one + 1]!++
  for (let at = 0; at < rows; at++) rowStart[at + 1]! += rowStart[at]!
  const filled = rowStart.slice()
  const rowSpans = new Int32Array(row.length)
  for (let at = 0; at < row.length; at++) rowSpans[filled[row[at]!]!++] = at
  return { rowStart, rowSpans }
}
