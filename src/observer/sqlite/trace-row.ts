/** The row of a trace, read, and written again after a group changed it. */

import { SPAN_STATUSES } from '../model.ts'
import type { SpanStatus } from '../model.ts'
import { needsLook, NO_OUTLINE, widened } from '../outline.ts'
import type { Lead, Outline } from '../outline.ts'
import { SHARE_FIELDS, shareOf } from '../sums.ts'
import type { Share } from '../sums.ts'
import type { Row } from './database.ts'
import type { Day } from './day.ts'
import type { Draft, SpanDraft } from './draft.ts'
import { bytesOf, hexOf, SPAN_COLUMNS, spanOf } from './span-row.ts'

/** Names that a trace is found by, count: more is a flood, and finds nobody anything. */
const TERMS_MAX = 1_024

export interface TraceRow {
  readonly row: number
  readonly id: string
  readonly outline: Outline
  readonly share: Share
  /** Numbers of names: of agents, and of everything else that it is found by. */
  readonly agents: readonly number[]
  readonly terms: readonly number[]
}

export const TRACE_COLUMNS = `row, id, start, finish, lead_span, lead_source, lead_root, lead_time,
  name, status, outer_tokens, outer_nanos, outer_estimated, terms, ${SHARE_FIELDS.join(', ')}`
const READ = `SELECT ${TRACE_COLUMNS} FROM trace WHERE row = ?`
const WRITE = `UPDATE trace SET start = ?, finish = ?, lead_span = ?, lead_source = ?,
  lead_root = ?, lead_time = ?, name = ?, status = ?, outer_tokens = ?, outer_nanos = ?,
  outer_estimated = ?, terms = ?, ${SHARE_FIELDS.map((field) => `${field} = ?`).join(', ')}
  WHERE row = ?`

/** @param row columns as in `TRACE_COLUMNS` */
export function traceOf(row: Row, day: Day): TraceRow {
  const [key, id, start, finish, leadSpan, leadSource, root, time, name, status] = row
  const [outerTokens, outerNanos, estimated, terms] = row.slice(10)
  const shares = SHARE_FIELDS.map((field, index) => [field, Number(row[14 + index])])
  const [agents = [], others = []] = JSON.parse(String(terms)) as number[][]
  const lead: Lead | undefined =
    leadSpan === null
      ? undefined
      : {
          root: root === 1,
          time: time === null ? null : Number(time),
          span: hexOf(leadSpan),
          source: day.names.text(Number(leadSource)),
          name: name === null ? '' : day.names.text(Number(name)),
          status: SPAN_STATUSES[Number(status)] ?? 'open'
        }
  return {
    row: Number(key),
    id: hexOf(id),
    outline: {
      start: start === null || start === 0 ? null : Number(start),
      finish: finish === null ? null : Number(finish),
      lead,
      outerTokens: Number(outerTokens),
      outerNanos: Number(outerNanos),
      outerEstimated: estimated === 1
    },
    share: Object.fromEntries(shares),
    agents,
    terms: others
  }
}

export function readTrace(day: Day, row: number): TraceRow | undefined {
  const found = day.db.get(READ, row)
  return found === undefined ? undefined : traceOf(found, day)
}

/** Where a trace stands in lists; one without any time stands at the very end. */
export const listed = ({ start, lead }: Outline): number | undefined =>
  lead === undefined ? undefined : (start ?? 0)

/**
 * Write what a group changed; the rows of its spans are written already.
 * @returns traces more than before: 1 when these are its first spans
 */
export function writeTrace(draft: Draft): number {
  const { day } = draft
  const old = readTrace(day, draft.row)
  if (old === undefined) return 0
  const changed = [...draft.spans.values()].filter((span) => span.changed)
  const share = shared(old.share, changed)
  const outline = outlined(old.outline, changed, draft)
  const { agents, terms } = named(old, draft)
  const start = listed(outline)
  day.db.run(
    WRITE,
    ...outlineValues(outline, day, JSON.stringify([agents, terms])),
    ...[...SHARE_FIELDS.map((field) => share[field]), draft.row]
  )
  if (start !== undefined) {
    const status = outline.lead?.status ?? 'open'
    moveTerms(draft, old, { start, status, terms: [...agents, ...terms] })
  }
  return old.share.spans === 0 && share.spans > 0 ? 1 : 0
}

function shared(old: Share, changed: readonly SpanDraft[]): Share {
  const sums: Record<keyof Share, number> = { ...old }
  for (const { before, now } of changed) {
    const [less, more] = [before === undefined ? undefined : shareOf(before), shareOf(now)]
    for (const field of SHARE_FIELDS) sums[field] += more[field] - (less?.[field] ?? 0)
  }
  return sums
}

function outlined(old: Outline, changed: readonly SpanDraft[], draft: Draft): Outline {
  let outline = old
  for (const { before, now } of changed) {
    if (needsLook(old, before, now)) return looked(draft)
    outline = widened(outline, now)
  }
  return outline
}

/** From all spans, as they are in the file by now. */
function looked({ day, row, id }: Draft): Outline {
  let outline = NO_OUTLINE
  const rows = day.db.statement(`SELECT ${SPAN_COLUMNS} FROM span WHERE trace = ?`).iterate(row)
  for (const span of rows) {
    outline = widened(outline, spanOf(span as unknown as Row, id, day.names))
  }
  return outline
}

function outlineValues(outline: Outline, { names }: Day, terms: string) {
  const { lead } = outline
  return [
    ...[lead === undefined ? null : (outline.start ?? 0), outline.finish],
    lead === undefined ? null : bytesOf(lead.span),
    lead === undefined ? null : names.number('source', lead.source),
    ...[Number(lead?.root ?? false), lead?.time ?? null],
    lead === undefined ? null : names.number('name', lead.name),
    SPAN_STATUSES.indexOf(lead?.status ?? 'open'),
    ...[outline.outerTokens, outline.outerNanos, Number(outline.outerEstimated), terms]
  ]
}

function named(old: TraceRow, { terms, day }: Draft): Pick<TraceRow, 'agents' | 'terms'> {
  const [agents, others] = [new Set(old.agents), new Set(old.terms)]
  for (const term of terms) {
    const into = day.names.field(term) === 'agent' ? agents : others
    if (into.size < TERMS_MAX) into.add(term)
  }
  return { agents: [...agents], terms: [...others] }
}

const PUT_TERM = 'INSERT OR IGNORE INTO term (name, start, trace) VALUES (?, ?, ?)'
const DROP_TERM = 'DELETE FROM term WHERE name = ? AND start = ? AND trace = ?'

interface Found {
  readonly start: number
  readonly status: SpanStatus
  readonly terms: readonly number[]
}

/** Keep the entries by which a trace is found where its start and its status say. */
function moveTerms(draft: Draft, old: TraceRow, now: Found): void {
  const { db, names } = draft.day
  const id = bytesOf(draft.id)
  const before = listed(old.outline)
  const status = names.number('status', now.status)
  const was = old.outline.lead === undefined ? undefined : old.outline.lead.status
  const known = [...old.agents, ...old.terms]
  const gone = was === undefined ? [] : [names.number('status', was)]
  const moved = before !== undefined && before !== now.start
  if (before !== undefined && (moved || was !== now.status)) {
    for (const term of moved ? [...known, ...gone] : gone) db.run(DROP_TERM, term, before, id)
  }
  const all = before === undefined || moved
  const fresh = all ? now.terms : now.terms.filter((term) => draft.terms.has(term))
  for (const term of [...fresh, status]) db.run(PUT_TERM, term, now.start, id)
}
