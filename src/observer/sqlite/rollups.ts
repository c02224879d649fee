/** Sums by hour, agent, model and kind, kept in the transaction that brings their spans. */

import { SPAN_KINDS } from '../model.ts'
import type { SpanPart } from '../model.ts'
import { HOUR_US, SUM_FIELDS, sumsOf, timeOf } from '../sums.ts'
import type { Sums } from '../sums.ts'
import type { Database } from './database.ts'
import type { Names } from './names.ts'

type Mutable = Record<keyof Sums, number>
const ADD = SUM_FIELDS.map((field) => `${field} = ${field} + excluded.${field}`).join(', ')
const MARKS = SUM_FIELDS.map(() => '?').join(', ')
/** Also for the control file, whose rollups have names for numbers. */
export const ADD_ROLLUP = `INSERT INTO rollup (hour, agent, model, kind, ${SUM_FIELDS.join(', ')})
  VALUES (?, ?, ?, ?, ${MARKS}) ON CONFLICT DO UPDATE SET ${ADD}`
export const ADD_AGENT = `INSERT INTO agent (agent, source, first, last) VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET first = min(first, excluded.first), last = max(last, excluded.last)`

interface Bucket {
  readonly key: readonly [hour: number, agent: number, model: number, kind: number]
  readonly sums: Mutable
}
interface Seen {
  readonly agent: number
  readonly source: number
  first: number
  last: number
}

/** What one group adds. */
export class Rollups {
  readonly #names: Names
  readonly #buckets = new Map<string, Bucket>()
  readonly #seen = new Map<string, Seen>()

  constructor(names: Names) {
    this.#names = names
  }

  add({ before, now }: { before: SpanPart | undefined; now: SpanPart }): void {
    if (before !== undefined) this.#count(before, -1)
    this.#count(now, 1)
  }

  /** As if it had never come. */
  takeBack(span: SpanPart): void {
    this.#count(span, -1)
  }

  #count(span: SpanPart, sign: 1 | -1): void {
    const names = this.#names
    const { agent = '', model = '', skill, tool } = span
    const hour = Math.floor((timeOf(span) ?? 0) / HOUR_US)
    const numbers = [names.number('agent', agent), names.number('model', model)] as const
    const key = [hour, ...numbers, SPAN_KINDS.indexOf(span.kind ?? 'other')] as const
    const text = key.join()
    let bucket = this.#buckets.get(text)
    if (bucket === undefined) {
      const sums = Object.fromEntries(SUM_FIELDS.map((field) => [field, 0])) as Mutable
      this.#buckets.set(text, (bucket = { key, sums }))
    }
    const sums = sumsOf(span)
    for (const field of SUM_FIELDS) bucket.sums[field] += sign * sums[field]
    if (agent !== '') names.use(numbers[0], sign)
    if (model !== '') names.use(numbers[1], sign)
    if (skill !== undefined) names.use(names.number('skill', skill), sign)
    if (tool !== undefined) names.use(names.number('tool', tool), sign)
  }

  /** Of every part that names an agent and a time, whatever the span is in the end. */
  see({ agent, source }: { agent: number; source: number }, first: number, last: number): void {
    const seen = this.#seen.get(`${agent},${source}`)
    if (seen === undefined) this.#seen.set(`${agent},${source}`, { agent, source, first, last })
    else
      Object.assign(seen, { first: Math.min(seen.first, first), last: Math.max(seen.last, last) })
  }

  write(db: Database): void {
    for (const { key, sums } of this.#buckets.values()) {
      db.run(ADD_ROLLUP, ...key, ...SUM_FIELDS.map((field) => sums[field]))
    }
    for (const { agent, source, first, last } of this.#seen.values()) {
      db.run(ADD_AGENT, agent, source, first, last)
    }
  }
}
