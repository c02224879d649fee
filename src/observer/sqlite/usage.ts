/** Sums over time and over agents, from rollups: of the days, and of days that are gone. */

import { SPAN_KINDS } from '../model.ts'
import type { AgentSummary, UsageRow, Window } from '../store.ts'
import { HOUR_US, isLeaf, NANOS, SUM_FIELDS } from '../sums.ts'
import type { Sums } from '../sums.ts'
import type { Row } from './database.ts'
import type { Files } from './files.ts'
import { sourceOf } from './span-row.ts'

/** Rows of one answer, count: a year of hours for some agents; beyond, ask for less. */
const ROWS_MAX = 100_000
const DAY_HOURS = 24
const FIELDS = SUM_FIELDS.join(', ')
const IN_DAY = `SELECT hour, (SELECT text FROM name WHERE id = agent),
    (SELECT text FROM name WHERE id = model), kind, ${FIELDS}
  FROM rollup WHERE hour >= ? AND hour < ?`
const GONE = `SELECT hour, agent, model, kind, ${FIELDS} FROM rollup WHERE hour >= ? AND hour < ?`

interface Cell {
  readonly key: readonly [hour: number, agent: string, model: string, kind: number]
  readonly sums: Record<keyof Sums, number>
}

/** Hours that touch the window count as a whole. */
export function usageIn(files: Files, window: Window & { bucket: 'hour' | 'day' }): UsageRow[] {
  const grain = window.bucket === 'day' ? DAY_HOURS : 1
  return cellsIn(files, window, grain)
    .filter(({ sums }) => sums.spans !== 0)
    .map(({ key: [hour, agent, model, kind], sums }) => ({
      ...{ bucketUs: hour * HOUR_US, agent, model, kind: SPAN_KINDS[kind] ?? 'other' },
      ...{ spans: sums.spans, errors: sums.errors, durationMs: sums.durationUs / 1_000 },
      ...{ input: sums.input, output: sums.output, cacheRead: sums.cacheRead },
      ...{ cacheWrite: sums.cacheWrite, reasoning: sums.reasoning },
      ...{ cost: sums.costNanos / NANOS, costReported: sums.reportedNanos / NANOS },
      ...{ costEstimated: sums.estimatedNanos / NANOS, costUnknown: sums.unknown }
    }))
}

function cellsIn(files: Files, window: Window, grain: number): Cell[] {
  const from = Math.floor((window.fromUs ?? 0) / HOUR_US)
  const to = Math.ceil((window.toUs ?? Number.MAX_SAFE_INTEGER) / HOUR_US)
  const cells = new Map<string, Cell>()
  const add = ([hour, agent, model, kind, ...values]: Row): void => {
    const bucket = Math.floor(Number(hour) / grain) * grain
    const key = [bucket, String(agent), String(model), Number(kind)] as const
    const text = JSON.stringify(key)
    const cell = cells.get(text)
    const counts = values.map(Number)
    const sum = (field: keyof Sums, index: number) =>
      [field, (cell?.sums[field] ?? 0) + (counts[index] ?? 0)] as const
    const sums = Object.fromEntries(SUM_FIELDS.map(sum)) as Cell['sums']
    if (cell !== undefined || cells.size < ROWS_MAX) cells.set(text, { key, sums })
  }
  for (const { id } of files.entries) files.open(id).db.all(IN_DAY, from, to).forEach(add)
  files.control.db.all(GONE, from, to).forEach(add)
  return [...cells.values()].sort(compareCells)
}

function compareCells({ key: a }: Cell, { key: b }: Cell): number {
  if (a[0] !== b[0]) return a[0] - b[0]
  if (a[1] !== b[1]) return a[1] < b[1] ? -1 : 1
  if (a[2] !== b[2]) return a[2] < b[2] ? -1 : 1
  return a[3] - b[3]
}

interface Seen {
  readonly by: Set<string>
  first: number
  last: number
}

/** Agents with spans in the window; when they were first and last seen is without it. */
export function agentsIn(files: Files, window: Window): AgentSummary[] {
  const seen = seenIn(files)
  const sums = new Map<string, { leaf: Cell['sums'][]; outer: Cell['sums'][] }>()
  for (const { key, sums: cell } of cellsIn(files, window, 1)) {
    const [, agent, , kind] = key
    if (agent === '' || cell.spans === 0) continue
    const entry = sums.get(agent) ?? { leaf: [], outer: [] }
    entry[isLeaf(SPAN_KINDS[kind] ?? 'other') ? 'leaf' : 'outer'].push(cell)
    sums.set(agent, entry)
  }
  const agents = [...sums].sort(([a], [b]) => (a < b ? -1 : 1))
  return agents.map(([agent, { leaf, outer }]) => {
    const all = [...leaf, ...outer]
    const total = (cells: Cell['sums'][], field: keyof Sums): number =>
      cells.reduce((sum, cell) => sum + cell[field], 0)
    const told = seen.get(agent)
    return {
      ...{ agent, by: [...(told?.by ?? [])].sort() },
      ...{ spans: total(all, 'spans'), errors: total(all, 'errors') },
      ...{ firstUs: told?.first ?? 0, lastUs: told?.last ?? 0 },
      tokens: total(leaf, 'input') + total(leaf, 'output'),
      cost: total(leaf, 'costNanos') / NANOS
    }
  })
}

const SEEN = `SELECT (SELECT text FROM name WHERE id = agent),
  (SELECT text FROM name WHERE id = source), first, last FROM agent`

function seenIn(files: Files): Map<string, Seen> {
  const seen = new Map<string, Seen>()
  const days = files.entries.flatMap(({ id }) => files.open(id).db.all(SEEN))
  const gone = files.control.db.all('SELECT agent, source, first, last FROM agent')
  for (const [agent, source, first, last] of [...days, ...gone]) {
    const entry = seen.get(String(agent)) ?? { by: new Set(), first: Infinity, last: 0 }
    entry.by.add(sourceOf(String(source)).by)
    entry.first = Math.min(entry.first, Number(first))
    entry.last = Math.max(entry.last, Number(last))
    seen.set(String(agent), entry)
  }
  return seen
}

/** Names suggested, count. */
const VALUES_MAX = 50
/** Names with the prefix that are compared, count a file. */
const LISTED_MAX = 10_000

export function valuesIn(
  files: Files,
  field: 'agent' | 'skill' | 'model' | 'tool',
  prefix: string
): string[] {
  const uses = new Map<string, number>()
  for (const { id } of files.entries) {
    for (const [text, count] of files.open(id).names.list(field, prefix, LISTED_MAX)) {
      uses.set(text, (uses.get(text) ?? 0) + count)
    }
  }
  const order = ([a, one]: [string, number], [b, two]: [string, number]) =>
    two - one || (a < b ? -1 : 1)
  return [...uses]
    .sort(order)
    .slice(0, VALUES_MAX)
    .map(([text]) => text)
}
