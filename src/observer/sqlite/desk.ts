/** Every question that a store takes, answered from its files; synchronous, on its own thread. */

import { PeerworkError } from '../../protocol/errors.ts'
import type { Counters, KeptBatch, Range, StoreSize, TraceStore } from '../store.ts'
import type { Files } from './files.ts'
import { listFacts } from './list-facts.ts'
import { listHandoffs } from './list-handoffs.ts'
import { listTraces } from './list-traces.ts'
import type { ToldNews } from './log-rows.ts'
import type { Question } from './messages.ts'
import { checkLimit } from './pages.ts'
import { batchOf, prune } from './prune.ts'
import { removeTraces } from './remove.ts'
import { listSpans, readSpan, readSummary } from './read-trace.ts'
import { agentsIn, usageIn, valuesIn } from './usage.ts'

type Answer<Method> = Method extends (...args: infer Args) => Promise<infer Value>
  ? (...args: Args) => Value
  : never
/** `prune` is told the time, the others need none. */
export type Desk = {
  readonly [Key in Exclude<Question, 'close' | 'holdings'>]: Answer<TraceStore[Key]>
} & { readonly holdings: (known?: number) => ToldNews }

export function deskOf(files: Files, elapsed: () => number): Desk {
  const reading = { files, elapsed }
  return {
    traces: (query) => listTraces(reading, query),
    trace: (id) => readSummary(files, id),
    spans: (trace, page) => listSpans(files, trace, page),
    span: (trace, span) => readSpan(files, trace, span),
    handoffs: (query) => listHandoffs(reading, query),
    facts: (query) => listFacts(reading, query),
    agents: (window) => agentsIn(files, window),
    usage: (window) => usageIn(files, window),
    values: (field, prefix) => valuesIn(files, field, prefix),
    holdings: (known) => files.control.logs.told(known),
    starts: () => files.control.logs.starts(),
    noteCounters: (counters: Counters) => files.control.noteCounters(counters),
    noteRefused: (by, boot, code, count) => files.control.noteRefused({ by, boot }, code, count),
    batches: (by, boot, range, limit) => batchesIn(files, { by, boot }, { range, limit }),
    pin: (trace, pinned) => files.control.pin(trace, pinned),
    prune: (retention, nowUs) => prune(files, retention, nowUs),
    removeTraces: (traces, onlyOf) => removeTraces(files, traces, onlyOf),
    size: () => sizeOf(files)
  }
}

const KEPT = `SELECT day, seq FROM batch WHERE log = ? AND first < ? AND first > ?
  AND first + count > ? ORDER BY first, digest LIMIT ?`
/** A batch that holds a number begins at most so far before it. */
const REACH = 65_536

function batchesIn(
  files: Files,
  { by, boot }: { by: string; boot: string },
  { range, limit }: { range: Range; limit: number }
): KeptBatch[] {
  checkLimit(limit)
  if (!Number.isSafeInteger(range.from) || !Number.isSafeInteger(range.to)) {
    throw new PeerworkError('BAD_OPTION', 'a range is two whole numbers')
  }
  const log = files.control.findLog(by, boot)
  if (log === undefined) return []
  const { from, to } = range
  const rows = files.control.db.all(KEPT, log, to, from - REACH, from, limit)
  const sql = 'SELECT seq, by, boot, first, count, digest, issued, bytes FROM batch WHERE seq = ?'
  return rows.flatMap(([day, seq]) => {
    const row = files.open(Number(day)).db.get(sql, Number(seq))
    return row === undefined ? [] : [batchOf(row)]
  })
}

function sizeOf(files: Files): StoreSize {
  const totals = files.entries.map(({ id }) => files.totals(id))
  const sum = (field: 'spans' | 'traces' | 'facts'): number =>
    totals.reduce((total, day) => total + day[field], 0)
  const starts = totals.flatMap(({ low }) => (low === null ? [] : [low]))
  return {
    bytes: files.bytes(),
    ...{ spans: sum('spans'), traces: sum('traces'), facts: sum('facts') },
    oldestUs: starts.length === 0 ? null : Math.min(...starts)
  }
}
