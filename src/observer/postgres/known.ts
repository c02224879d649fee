/** What the tables have of everything that a group speaks of, read in a few questions. */

import type { Fact, SpanPart } from '../model.ts'
import type { Sides } from '../sides.ts'
import type { Ingest, KeptBatch } from '../store.ts'
import { BATCH_EVENTS_MAX } from '../sqlite/held.ts'
import type { Tx } from './connect.ts'
import { factKey, handoffKey, logKey, spanKey } from './places.ts'
import { LogDraft } from './log-draft.ts'
import type { Held } from './log-draft.ts'
import type { SpanRow } from './span-draft.ts'
import type { TraceRow } from './trace-draft.ts'

export interface Known {
  readonly traces: ReadonlyMap<string, TraceRow>
  readonly spans: ReadonlyMap<string, SpanRow>
  readonly handoffs: ReadonlyMap<string, Sides>
  readonly facts: ReadonlyMap<string, string>
  readonly logs: ReadonlyMap<string, LogDraft>
}

/** Rows of a statement whose `$1` is a list, as JSON. */
async function rowsOf<Row>(tx: Tx, text: string, list: readonly object[]): Promise<readonly Row[]> {
  if (list.length === 0) return []
  const rows = await tx.unsafe(text, [JSON.stringify(list)], { prepare: true })
  return rows as unknown as readonly Row[]
}

const TRACES = `SELECT t.id, born, bytes, summary, state, terms
  FROM json_to_recordset($1::text::json) AS q(id text) JOIN trace t ON t.id = q.id`
const SPANS = `SELECT s.trace, s.span, s.source, s.part, s.attributes
  FROM json_to_recordset($1::text::json) AS q(trace text, span text, source text)
  JOIN span s ON s.trace = q.trace AND s.span = q.span AND s.source = q.source`
const HANDOFFS = `SELECT h.trace, h.key, h.sides
  FROM json_to_recordset($1::text::json) AS q(trace text, key text)
  JOIN handoff h ON h.trace = q.trace AND h.key = q.key`
const FACTS = `SELECT f.key, f.trace, f.at, f.fact
  FROM json_to_recordset($1::text::json) AS q(key text, trace text, at bigint)
  JOIN fact f ON f.key = q.key AND f.trace = q.trace AND f.at = q.at`

export async function readKnown(tx: Tx, entries: readonly Ingest[]): Promise<Known> {
  const spans = keyed(entries.flatMap((entry) => entry.spans.map(spanKey)))
  const handoffs = keyed(entries.flatMap((entry) => entry.handoffs.map(handoffKey)))
  const facts = keyed(entries.flatMap((entry) => entry.facts.map(factKey)))
  const about = [...spans, ...handoffs, ...facts].map(({ trace }) => trace)
  const ids = [...new Set(about)].filter((id) => id !== '').map((id) => ({ id }))
  const [traceRows, spanRows, handoffRows, factRows, logs] = await Promise.all([
    rowsOf<TraceRow>(tx, TRACES, ids),
    rowsOf<SpanPlace & SpanRow>(tx, SPANS, spans),
    rowsOf<{ trace: string; key: string; sides: string }>(tx, HANDOFFS, handoffs),
    rowsOf<{ key: string; trace: string; at: number; fact: string }>(tx, FACTS, facts),
    readLogs(tx, entries)
  ])
  return {
    traces: new Map(traceRows.map((row) => [row.id, row])),
    spans: new Map(spanRows.map((row) => [placeOf(row), wholeOf(row)])),
    handoffs: new Map(
      handoffRows.map(({ trace, key, sides }) => [placeOf({ trace, key }), JSON.parse(sides)])
    ),
    facts: new Map(factRows.map(({ key, trace, at, fact }) => [placeOf({ key, trace, at }), fact])),
    logs
  }
}

interface SpanPlace {
  readonly trace: string
  readonly span: string
  readonly source: string
}

/** One text for the fields of a key, in the order of `places.ts`. */
export function placeOf(key: {
  readonly trace: string
  readonly span?: string
  readonly source?: string
  readonly at?: number
  readonly key?: string
}): string {
  const { trace, span, source, at, key: name } = key
  return JSON.stringify([trace, span, source, at, name])
}

const keyed = <Key extends { trace: string }>(keys: readonly Key[]): Key[] => [
  ...new Map(keys.map((key) => [placeOf(key), key])).values()
]

/** The part without its key, as it lies in the column. */
export const wholeOf = ({ trace, span, part, attributes }: SpanPlace & SpanRow): SpanRow => ({
  part: { ...part, trace, span } satisfies SpanPart,
  attributes
})

export const readFact = (text: string): Fact => JSON.parse(text) as Fact

const BATCHES = `SELECT DISTINCT b.log, b.first, b.count, b.digest
  FROM json_to_recordset($1::text::json) AS q(log text, first bigint, count bigint)
  JOIN batch b ON b.log = q.log AND b.first < q.first + q.count
    AND b.first > q.first - ${BATCH_EVENTS_MAX} AND b.first + b.count > q.first`
const RANGES = `SELECT DISTINCT h.log, h.low, h.high
  FROM json_to_recordset($1::text::json) AS q(log text, first bigint, count bigint)
  JOIN held h ON h.log = q.log AND h.low <= q.first + q.count AND h.high >= q.first`
const LASTS = `SELECT h.log, max(h.high) AS last
  FROM (SELECT DISTINCT log FROM json_to_recordset($1::text::json) AS x(log text)) q
  JOIN held h ON h.log = q.log GROUP BY h.log`

async function readLogs(tx: Tx, entries: readonly Ingest[]): Promise<Map<string, LogDraft>> {
  const batches = entries.flatMap(({ batch }) => (batch === undefined ? [] : [batch]))
  const logs = new Map<string, LogDraft>()
  for (const batch of batches) logs.set(logKey(batch), new LogDraft(batch))
  const asked = batches.map((batch: KeptBatch) => ({
    ...{ log: logKey(batch), first: batch.first, count: batch.count }
  }))
  const [held, ranges, lasts] = await Promise.all([
    rowsOf<Held & { log: string }>(tx, BATCHES, asked),
    rowsOf<{ log: string; low: number; high: number }>(tx, RANGES, asked),
    rowsOf<{ log: string; last: number }>(tx, LASTS, asked)
  ])
  for (const [key, draft] of logs) {
    const ofLog = ({ log }: { log: string }): boolean => log === key
    draft.know({
      batches: held.filter(ofLog).map(({ first, count, digest }) => ({ first, count, digest })),
      ranges: ranges.filter(ofLog).map(({ low, high }) => ({ low, high })),
      last: lasts.find(ofLog)?.last ?? -1
    })
  }
  return logs
}
