/** Writing what a group changed: one statement a table, and nothing is read but whole traces. */

import { handoffOf, handoffTime } from '../sides.ts'
import { NO_OUTLINE, widened } from '../outline.ts'
import { SUM_FIELDS } from '../sums.ts'
import type { Tx } from './connect.ts'
import type { FactDraft, Group, HandoffDraft } from './group.ts'
import { digestOf, keyOf, searchedWords } from './key.ts'
import { wholeOf } from './known.ts'
import { eventOf } from './places.ts'
import { hex, put, replaced } from './put.ts'
import { ROW_BYTES } from './span-draft.ts'
import type { SpanDraft } from './span-draft.ts'
import type { TraceDraft } from './trace-draft.ts'
import { writeLogs } from './write-logs.ts'

/** Words of one trace that one group brings to the search, count. */
const WORDS_MAX = 16_384
/** Spans that are looked at in one piece, count. */
const LOOK_ROWS = 2_000

const SPANS = {
  into: 'span',
  shape: 'trace text, span text, source text, at bigint, part jsonb, attributes bytea',
  otherwise: `(trace, span, source) DO UPDATE SET ${replaced(['at', 'part', 'attributes'])}`
}
const HANDOFFS = {
  into: 'handoff',
  shape: 'trace text, key text, at bigint, id text, sides text, agents text[], statuses text[]',
  otherwise: `(trace, key) DO UPDATE SET ${replaced(['at', 'sides', 'agents', 'statuses'])}`
}
const FACTS = {
  into: 'fact',
  shape:
    'trace text, key text, at bigint, span text, type text, by text, log text, seq bigint, ' +
    'fact text, bytes bigint',
  otherwise: `(key, trace, at) DO UPDATE SET ${replaced(['span', 'type', 'by', 'fact', 'bytes'])}`
}
const TRACES = {
  into: 'trace',
  shape:
    'id text, born bigint, start bigint, cost float8, duration float8, spans bigint, ' +
    'bytes bigint, summary jsonb, state jsonb, terms text[]',
  otherwise: `(id) DO UPDATE SET ${replaced([
    ...['born', 'start', 'cost', 'duration', 'spans', 'bytes', 'summary', 'state', 'terms']
  ])}`
}
const WORDS = {
  into: 'search',
  shape: 'trace text, digest text, words text[]',
  otherwise: 'DO NOTHING'
}
export const ROLLUPS = {
  into: 'rollup',
  shape:
    'hour bigint, key text, agent text, model text, kind text, ' +
    SUM_FIELDS.map((field) => `"${field}" bigint`).join(', '),
  otherwise: `(hour, key) DO UPDATE SET ${SUM_FIELDS.map(
    (field) => `"${field}" = rollup."${field}" + excluded."${field}"`
  ).join(', ')}`
}
const SEEN = {
  into: 'seen',
  shape: 'key text, agent text, by text, first bigint, last bigint',
  otherwise: `(key) DO UPDATE SET first = least(seen.first, excluded.first),
    last = greatest(seen.last, excluded.last)`
}
const NAMES = {
  into: 'name',
  shape: 'field text, text text, uses bigint',
  otherwise: '(field, md5(text)) DO UPDATE SET uses = name.uses + excluded.uses'
}

export async function writeGroup(tx: Tx, group: Group): Promise<void> {
  const changed = [...group.spans.values()].filter((span) => span.changed)
  for (const { before, now } of changed) group.sums.add(before, now)
  await put(tx, SPANS, changed.map(spanRow))
  const traces = [...group.traces.values()]
  for (const trace of traces) {
    if (trace.changed.length > 0 && !trace.settle()) await look(tx, trace)
    for (const span of trace.changed) trace.bytes += span.grown
  }
  const touched = traces.filter((trace) => trace.isTouched || trace.bytes !== 0)
  await put(
    tx,
    TRACES,
    touched.map((trace) => trace.row())
  )
  await put(tx, WORDS, touched.flatMap(wordsRow))
  await put(tx, HANDOFFS, [...group.handoffs.values()].map(handoffRow))
  await put(tx, FACTS, [...group.facts.values()].map(factRow))
  await put(tx, ROLLUPS, [...group.sums.buckets.values()])
  await put(tx, SEEN, [...group.sums.seen.values()])
  await put(
    tx,
    NAMES,
    [...group.sums.names.values()].filter(({ uses }) => uses !== 0)
  )
  await writeLogs(tx, group.logs)
  await addTotals(tx, group, touched)
}

async function addTotals(tx: Tx, group: Group, traces: readonly TraceDraft[]): Promise<void> {
  const old = traces.map((trace) => trace.old?.state.share.spans ?? 0)
  const now = traces.map((trace) => trace.state.share.spans)
  const spans = now.reduce((sum, count, index) => sum + count - (old[index] ?? 0), 0)
  const fresh = now.filter((count, index) => count > 0 && old[index] === 0).length
  const bytes = traces.reduce((sum, trace) => sum + trace.bytes, group.bytes)
  await tx`UPDATE total SET spans = spans + ${spans}, traces = traces + ${fresh},
    facts = facts + ${group.newFacts}, bytes = bytes + ${bytes}`
}

function spanRow({ now, source, attributes }: SpanDraft): object {
  const { trace, span, ...part } = now
  return {
    ...{ trace, span, source, at: now.startUs ?? now.endUs ?? 0, part },
    attributes: attributes === null ? null : hex(attributes)
  }
}

/** From all spans, as they are in the table by now. */
async function look(tx: Tx, trace: TraceDraft): Promise<void> {
  let outline = NO_OUTLINE
  const rows = tx`SELECT trace, span, part FROM span WHERE trace = ${trace.id}`.cursor(LOOK_ROWS)
  for await (const some of rows) {
    for (const row of some) outline = widened(outline, wholeOf(row as never).part)
  }
  trace.looked(outline)
}

function wordsRow({ id, text }: TraceDraft): object[] {
  const words = new Set<string>()
  for (const one of text) {
    for (const word of searchedWords(one)) if (words.size < WORDS_MAX) words.add(word)
  }
  if (words.size === 0) return []
  const sorted = [...words].sort()
  return [{ trace: id, digest: digestOf(sorted.join(' ')), words: sorted }]
}

function handoffRow({ trace, key, id, sides }: HandoffDraft): object {
  const { giver, taker } = handoffOf(trace, id, sides)
  const told = [giver, taker].filter((side) => side !== undefined)
  const agents = told.flatMap(({ from, to, source }) => [from, to, source.by])
  const statuses = told.flatMap(({ status }) => (status === undefined ? [] : [status]))
  return {
    ...{ trace, key, id, at: handoffTime(sides), sides: JSON.stringify(sides), statuses },
    agents: [...new Set(agents.filter((agent) => agent !== undefined).map(keyOf))]
  }
}

function factRow({ key, fact, text }: FactDraft): object {
  const { trace = '', span = null, atUs: at, type, source, id } = fact
  return {
    ...{ trace, key, at, span, type: keyOf(type), by: keyOf(source.by), ...eventOf(id) },
    ...{ fact: text, bytes: text.length + ROW_BYTES }
  }
}
