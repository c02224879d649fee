/**
 * Forgetting: whole traces, the oldest first, some at a time, and with them what is older than they
 * are and belongs to no trace. What is pinned stays with its proof; sums by the hour outlive all.
 *
 * Bytes are counted as they were written. Postgres gives the room back to the tables, not to the
 * disk, so the size of the files would never tell when to stop.
 */

import type { Pruned, Retention } from '../store.ts'
import { lock } from './connect.ts'
import type { Db, Tx } from './connect.ts'
import { retire } from './log-rows.ts'
import { ROW_BYTES } from './span-draft.ts'
import { NAME_FIELDS } from './sums-draft.ts'

const DAY_US = 86_400_000_000
/** Traces that one transaction forgets, count: others that write wait for it. */
const TRACES_MAX = 200
/** Their spans, count; of one trace alone as many as it has. */
const SPANS_MAX = 20_000
/** Facts, and batches, that one transaction forgets beside traces, count. */
const LOOSE_MAX = 5_000
/** Transactions of one `prune`, count: what is left is for the next. */
const STEPS_MAX = 10_000

export interface Old {
  readonly id: string
  readonly born: number
  readonly spans: number
  readonly bytes: number
}
interface Step extends Pruned {
  /** Nothing more is to be done. */
  readonly done: boolean
}

export async function prune(db: Db, retention: Retention, nowUs: number): Promise<Pruned> {
  const sum = { traces: 0, spans: 0, bytes: 0 }
  let edge = retention.days === undefined ? 0 : Math.floor(nowUs - retention.days * DAY_US)
  for (let step = 0; step < STEPS_MAX; step++) {
    const gone: Step = await db.begin(async (tx) => {
      await lock(tx)
      const old = await tooOld(tx, retention, nowUs)
      edge = Math.max(edge, old.at(-1)?.born ?? 0)
      if (old.length > 0) await forget(tx, old)
      const loose = await forgetLoose(tx, edge)
      const traces = old.filter(({ spans }) => spans > 0).length
      const bytes = old.reduce((total, one) => total + one.bytes, loose.bytes)
      const spans = old.reduce((total, one) => total + one.spans, 0)
      await tx`UPDATE total SET spans = spans - ${spans}, traces = traces - ${traces},
        bytes = bytes - ${bytes}`
      return { traces, spans, bytes, done: old.length === 0 && !loose.more }
    })
    sum.traces += gone.traces
    sum.spans += gone.spans
    sum.bytes += gone.bytes
    if (gone.done) break
  }
  await db.begin(async (tx) => {
    await lock(tx)
    await retire(tx)
  })
  if (sum.traces > 0) await db`DELETE FROM name WHERE uses <= 0`
  return sum
}

/** What the retention does not cover, the oldest of it; never the last for its size. */
async function tooOld(tx: Tx, retention: Retention, nowUs: number): Promise<Old[]> {
  const { days, bytes = Infinity, count = Infinity } = retention
  const [total] = await tx<{ bytes: number; spans: number }[]>`
    SELECT bytes, spans - (SELECT coalesce(sum(trace.spans), 0) FROM trace
      JOIN pin ON pin.trace = trace.id)::bigint AS spans FROM total`
  const oldest = await tx<Old[]>`SELECT id, born, spans, bytes FROM trace
    WHERE NOT EXISTS (SELECT 1 FROM pin WHERE pin.trace = trace.id)
    ORDER BY born, id LIMIT ${TRACES_MAX + 1}`
  const edge = days === undefined ? -1 : nowUs - days * DAY_US
  const left = { bytes: total?.bytes ?? 0, spans: total?.spans ?? 0 }
  const gone: Old[] = []
  let spans = 0
  for (const [index, trace] of oldest.slice(0, TRACES_MAX).entries()) {
    const isLast = index === oldest.length - 1
    const isOver = !isLast && (left.bytes > bytes || left.spans > count)
    if (trace.born >= edge && !isOver) break
    if (gone.length > 0 && spans + trace.spans > SPANS_MAX) break
    spans += trace.spans
    left.bytes -= trace.bytes
    left.spans -= trace.spans
    gone.push(trace)
  }
  return gone
}

const USED = NAME_FIELDS.map((field) => `('${field}', part->>'${field}')`).join(', ')

/** The rows of traces; sums, totals and pins are the caller's. */
export async function forget(tx: Tx, traces: readonly Old[]): Promise<void> {
  const ids = traces.map(({ id }) => id)
  await tx`
    WITH gone AS (DELETE FROM span WHERE trace = ANY(${ids}::text[]) RETURNING part),
    used AS (
      SELECT field, word, count(*) AS uses FROM gone,
        LATERAL (VALUES ${tx.unsafe(USED)}) AS v(field, word)
      WHERE word <> '' GROUP BY field, word
    )
    UPDATE name SET uses = name.uses - used.uses FROM used
    WHERE name.field = used.field AND md5(name.text) = md5(used.word) AND name.text = used.word`
  await tx`DELETE FROM handoff WHERE trace = ANY(${ids}::text[])`
  await tx`DELETE FROM search WHERE trace = ANY(${ids}::text[])`
  const facts = await tx`DELETE FROM fact WHERE trace = ANY(${ids}::text[])`
  await tx`DELETE FROM trace WHERE id = ANY(${ids}::text[])`
  await tx`UPDATE total SET facts = facts - ${facts.count}`
}

/** Facts of no trace, and batches that prove nothing of what is pinned. */
async function forgetLoose(tx: Tx, edge: number): Promise<{ bytes: number; more: boolean }> {
  const facts = await tx<{ bytes: number }[]>`
    DELETE FROM fact WHERE (key, trace, at) IN (
      SELECT key, trace, at FROM fact WHERE trace = '' AND at < ${edge} LIMIT ${LOOSE_MAX})
    RETURNING bytes`
  const batches = await tx<{ bytes: number }[]>`
    DELETE FROM batch WHERE (log, first, digest) IN (
      SELECT log, first, digest FROM batch b WHERE issued < ${Math.floor(edge / 1_000)}
        AND NOT EXISTS (SELECT 1 FROM fact JOIN pin ON pin.trace = fact.trace
          WHERE fact.log = b.log AND seq >= b.first AND seq < b.first + b.count)
      LIMIT ${LOOSE_MAX})
    RETURNING (octet_length(bytes) + ${ROW_BYTES}::int)::bigint AS bytes`
  await tx`UPDATE total SET facts = facts - ${facts.length}`
  const rows = [...facts, ...batches]
  return {
    bytes: rows.reduce((sum, row) => sum + row.bytes, 0),
    more: facts.length === LOOSE_MAX || batches.length === LOOSE_MAX
  }
}
