/** Sums over time and over agents, from rollups, and names for suggestions. */

import { fitText } from '../merge.ts'
import { SPAN_KINDS } from '../model.ts'
import type { SpanKind } from '../model.ts'
import type { AgentSummary, StoreSize, UsageRow, Window } from '../store.ts'
import { HOUR_US, isLeaf, NANOS, SUM_FIELDS } from '../sums.ts'
import type { Sums } from '../sums.ts'
import type { Db } from './connect.ts'
import { edgesOf } from './read-lists.ts'

/** Rows of one answer, count: a year of hours for some agents; beyond, ask for less. */
const ROWS_MAX = 100_000
/** Names suggested, count. */
const VALUES_MAX = 50
const DAY_HOURS = 24
const SUMS = SUM_FIELDS.map((field) => `sum("${field}")::bigint AS "${field}"`).join(', ')

type Cell = Sums & { readonly bucket: number; agent: string; model: string; kind: SpanKind }

/** Hours that touch the window count as a whole. */
function hoursOf(window: Window): { from: number; to: number } {
  const { from, to } = edgesOf(window)
  return { from: Math.floor(from / HOUR_US), to: Math.ceil(to / HOUR_US) }
}

export async function usageIn(
  db: Db,
  window: Window & { bucket: 'hour' | 'day' }
): Promise<UsageRow[]> {
  const { from, to } = hoursOf(window)
  const grain = window.bucket === 'day' ? DAY_HOURS : 1
  const rows = await db<Cell[]>`
    SELECT hour / ${grain}::bigint * ${grain}::bigint AS bucket, agent, model, kind,
      ${db.unsafe(SUMS)}
    FROM rollup WHERE hour >= ${from} AND hour < ${to}
    GROUP BY bucket, agent, model, kind HAVING sum(spans) <> 0 LIMIT ${ROWS_MAX}`
  return [...rows].sort(compareCells).map(({ bucket, agent, model, kind, ...sums }) => ({
    ...{ bucketUs: bucket * HOUR_US, agent, model, kind },
    ...{ spans: sums.spans, errors: sums.errors, durationMs: sums.durationUs / 1_000 },
    ...{ input: sums.input, output: sums.output, cacheRead: sums.cacheRead },
    ...{ cacheWrite: sums.cacheWrite, reasoning: sums.reasoning },
    ...{ cost: sums.costNanos / NANOS, costReported: sums.reportedNanos / NANOS },
    ...{ costEstimated: sums.estimatedNanos / NANOS, costUnknown: sums.unknown }
  }))
}

function compareCells(a: Cell, b: Cell): number {
  if (a.bucket !== b.bucket) return a.bucket - b.bucket
  if (a.agent !== b.agent) return a.agent < b.agent ? -1 : 1
  if (a.model !== b.model) return a.model < b.model ? -1 : 1
  return SPAN_KINDS.indexOf(a.kind) - SPAN_KINDS.indexOf(b.kind)
}

interface AgentRow {
  readonly agent: string
  readonly spans: number
  readonly errors: number
  readonly tokens: number
  readonly nanos: number
  readonly by: readonly string[] | null
  readonly first: number | null
  readonly last: number | null
}

/** Agents with spans in the window; when they were first and last seen is without it. */
export async function agentsIn(db: Db, window: Window): Promise<AgentSummary[]> {
  const { from, to } = hoursOf(window)
  const leaves = SPAN_KINDS.filter(isLeaf)
  const rows = await db<AgentRow[]>`
    WITH sums AS (
      SELECT agent, sum(spans)::bigint AS spans, sum(errors)::bigint AS errors,
        coalesce(sum(input + output) FILTER (WHERE kind = ANY(${leaves}::text[])), 0)::bigint
          AS tokens,
        coalesce(sum("costNanos") FILTER (WHERE kind = ANY(${leaves}::text[])), 0)::bigint AS nanos
      FROM rollup WHERE hour >= ${from} AND hour < ${to} AND agent <> '' AND spans <> 0
      GROUP BY agent
    ), tellers AS (
      SELECT agent, array_agg(DISTINCT by) AS by, min(first) AS first, max(last) AS last
      FROM seen GROUP BY agent
    )
    SELECT sums.*, by, first, last FROM sums LEFT JOIN tellers USING (agent) LIMIT ${ROWS_MAX}`
  const agents = rows.map(({ agent, spans, errors, tokens, nanos, by, first, last }) => ({
    ...{ agent, by: [...(by ?? [])].sort(), spans, errors, tokens, cost: nanos / NANOS },
    ...{ firstUs: first ?? 0, lastUs: last ?? 0 }
  }))
  return agents.sort((a, b) => (a.agent < b.agent ? -1 : 1))
}

export async function valuesIn(db: Db, field: string, prefix: string): Promise<string[]> {
  const rows = await db<{ text: string }[]>`
    SELECT text FROM name WHERE field = ${field} AND starts_with(text, ${fitText(prefix)})
      AND uses > 0 ORDER BY uses DESC, text LIMIT ${VALUES_MAX}`
  return rows.map(({ text }) => text)
}

/** As the disk has it, with indexes and with what was forgotten but not yet tidied up. */
export async function sizeOf(db: Db): Promise<StoreSize> {
  const [row] = await db<StoreSize[]>`
    SELECT spans, traces, facts,
      (SELECT min(start) FROM trace WHERE start IS NOT NULL) AS "oldestUs",
      (SELECT sum(pg_total_relation_size(oid)) FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r')::bigint AS bytes
    FROM total`
  const { bytes = 0, spans = 0, traces = 0, facts = 0, oldestUs = null } = row ?? {}
  return { bytes, spans, traces, facts, oldestUs }
}
