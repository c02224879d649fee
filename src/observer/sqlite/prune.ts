/**
 * Forgetting: whole day files, the oldest first, after what is pinned in them was copied out.
 *
 * The newest file stays whatever it holds, so the bounds of size and count are kept to within one
 * file (`DAY_BYTES_MAX`). Sums by the hour outlive what they were summed from.
 */

import type { HandoffPart } from '../model.ts'
import type { Pruned, Retention } from '../store.ts'
import { SUM_FIELDS } from '../sums.ts'
import type { Row } from './database.ts'
import { DayWriter } from './day-writer.ts'
import type { Day } from './day.ts'
import { FACT_COLUMNS, factOf } from './facts.ts'
import { dayEnd, PINNED_START } from './files.ts'
import type { Files } from './files.ts'
import type { DayEntry } from './control.ts'
import { wholeSpan } from './read-trace.ts'
import { ADD_AGENT, ADD_ROLLUP } from './rollups.ts'
import { hexOf, SPAN_COLUMNS } from './span-row.ts'

const DAY_US = 86_400_000_000
/** Steps of one `prune`, count: each removes a file. */
const FILES_MAX = 10_000
const FIELDS = SUM_FIELDS.join(', ')

export function prune(files: Files, retention: Retention, nowUs: number): Pruned {
  const sum = { traces: 0, spans: 0, bytes: 0 }
  for (let step = 0; step < FILES_MAX; step++) {
    const entry = files.entries.find(({ start }) => start !== PINNED_START)
    if (entry === undefined || !isOver(files, entry, { retention, nowUs })) break
    const { traces, spans } = files.totals(entry.id)
    const kept = keepPinned(files, entry)
    sum.traces += traces - kept.traces
    sum.spans += spans - kept.spans
    sum.bytes += files.remove(entry.id)
  }
  files.control.together(() => files.control.logs.retire())
  files.trim()
  return sum
}

interface Asked {
  readonly retention: Retention
  readonly nowUs: number
}

function isOver(files: Files, { start }: DayEntry, { retention, nowUs }: Asked): boolean {
  const { days, bytes, count } = retention
  if (days !== undefined && dayEnd(start, nowUs) <= nowUs - days * DAY_US) return true
  const living = files.entries.filter((entry) => entry.start !== PINNED_START)
  if (living.length <= 1) return false
  if (bytes !== undefined && files.bytes() > bytes) return true
  if (count === undefined) return false
  return living.reduce((sum, { id }) => sum + files.totals(id).spans, 0) > count
}

/** Before its file goes: the pinned traces to their own file, the sums to the control file. */
function keepPinned(files: Files, { id }: DayEntry): { traces: number; spans: number } {
  const day = files.open(id)
  const pinned = files.control.pins().flatMap((pin) => {
    const row = day.traceRow(pin)
    return row === undefined ? [] : [{ row, id: hexOf(pin) }]
  })
  let spans = 0
  if (pinned.length > 0) {
    const into = files.pinned()
    files.touch(into)
    // What is copied was counted already.
    const writer = new DayWriter(into, false)
    try {
      for (const trace of pinned) spans += copy(day, trace, writer)
      for (const trace of pinned) copyBatches(day, trace.row, writer)
      writer.commit()
    } catch (error) {
      into.rollback()
      throw error
    }
    files.noted(into)
  }
  files.control.together(() => {
    keepSums(files, day)
    // Homes of pinned traces were set anew by now; a crash before this leaves both, which merge.
    files.control.forgetDay(id)
  })
  return { traces: pinned.length, spans }
}

function copy(day: Day, { row, id }: { row: number; id: string }, writer: DayWriter): number {
  let spans = 0
  const rows = day.db.all(`SELECT ${SPAN_COLUMNS} FROM span WHERE trace = ?`, row)
  for (const span of rows) {
    writer.addSpan(wholeSpan(span, { day, id }))
    spans++
  }
  for (const [parts] of day.db.all('SELECT parts FROM handoff WHERE trace = ?', row)) {
    const sides = JSON.parse(String(parts)) as Record<string, HandoffPart[]>
    for (const part of Object.values(sides).flat()) writer.addHandoff(part)
  }
  for (const fact of day.db.all(`SELECT ${FACT_COLUMNS} FROM fact WHERE trace = ?`, row)) {
    writer.addFact(factOf(fact, day.names, id))
  }
  return spans
}

const BATCH = `SELECT seq, by, boot, first, count, digest, issued, bytes FROM batch
  WHERE by = ? AND boot = ? AND first <= ? AND first + count > ?`

/** The sealed batches that its facts came in: the proof stays with what it proves. */
function copyBatches(day: Day, trace: number, writer: DayWriter): void {
  const copied = new Set<number>()
  const facts = day.db.all('SELECT log, tail FROM fact WHERE trace = ?', trace)
  for (const [log, tail] of facts) {
    const name = day.names.text(Number(log))
    const at = name.lastIndexOf('/')
    if (typeof tail !== 'number' || at < 0) continue
    const batches = day.db.all(BATCH, name.slice(0, at), name.slice(at + 1), tail, tail)
    for (const batch of batches) {
      if (copied.has(Number(batch[0]))) continue
      copied.add(Number(batch[0]))
      writer.addBatch(batchOf(batch))
    }
  }
}

export function batchOf([, by, boot, first, count, digest, issued, bytes]: Row) {
  return {
    ...{ by: String(by), boot: String(boot), first: Number(first), count: Number(count) },
    ...{ digest: hexOf(digest), issued: Number(issued), bytes: bytes as Uint8Array }
  }
}

function keepSums(files: Files, { db }: Day): void {
  const rollups = db.all(
    `SELECT hour, (SELECT text FROM name WHERE id = agent),
       (SELECT text FROM name WHERE id = model), kind, ${FIELDS} FROM rollup`
  )
  for (const row of rollups) files.control.db.run(ADD_ROLLUP, ...row)
  const agents = db.all(
    `SELECT (SELECT text FROM name WHERE id = agent), (SELECT text FROM name WHERE id = source),
       first, last FROM agent`
  )
  for (const row of agents) files.control.db.run(ADD_AGENT, ...row)
}
