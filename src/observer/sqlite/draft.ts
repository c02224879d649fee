/**
 * One trace while a group of messages is merged into it: what the file has of it, read once, and
 * what is to be written, written once.
 */

import { mergeSpan, sourceKey } from '../merge.ts'
import type { SpanPart } from '../model.ts'
import { searchedIn } from '../sums.ts'
import type { Rollups } from './rollups.ts'
import type { Day } from './day.ts'
import type { NameField } from './names.ts'
import { bytesOf, SPAN_COLUMNS, spanOf } from './span-row.ts'

export interface SpanDraft {
  readonly before: SpanPart | undefined
  now: SpanPart
  readonly source: number
  payload: Uint8Array | undefined
  changed: boolean
}

/** Text of one trace that one group brings to the index, UTF-16 units. */
const SEARCHED_UNITS_MAX = 256 * 1024
const WORDS = [
  ...(['name', 'agent', 'skill', 'model', 'tool', 'conversation', 'service'] as const),
  ...(['provider', 'error'] as const)
]
const TERM_FIELDS = ['agent', 'skill', 'model', 'tool', 'conversation'] as const
const SPAN_ROW = `SELECT ${SPAN_COLUMNS} FROM span WHERE trace = ? AND span = ? AND source = ?`

export class Draft {
  readonly day: Day
  readonly id: string
  readonly row: number
  /** The file did not have it before. */
  readonly isNew: boolean
  readonly spans = new Map<string, SpanDraft>()
  /** Names that the trace is found by. */
  readonly terms = new Set<number>()
  readonly text = new Set<string>()
  /** Something of it is to be written. */
  isTouched = false
  /** Told of an agent at a time, by the numbers of its name and of who tells. */
  readonly seen: Rollups['see']
  #units = 0

  constructor(day: Day, id: string, rollups: Rollups) {
    this.seen = (seen, first, last) => rollups.see(seen, first, last)
    this.day = day
    this.id = id
    const bytes = bytesOf(id)
    const known = day.traceRow(bytes)
    this.isNew = known === undefined
    this.row = known ?? day.db.run(`INSERT INTO trace ${EMPTY}`, bytes)
  }

  /** @param part fits, see `fitSpan` @returns whether that was news */
  add(part: SpanPart): boolean {
    const { attributes, ...said } = part
    const source = sourceKey(part.source)
    const key = `${part.span}${source}`
    const draft = this.#drafted(key, part.span, source)
    const now = draft === undefined ? said : mergeSpan(draft.now, said)
    const old = draft?.payload
    const payload = attributes === undefined ? old : this.day.payloads.add(attributes, old)
    const isNews = draft === undefined || now !== draft.now || payload !== old
    // What lost against another word is found by its own all the same.
    if (isNews || WORDS.some((field) => part[field] !== undefined && part[field] !== now[field])) {
      this.#note(part, draft?.now)
    }
    this.#see(part, source)
    if (!isNews) return false
    if (draft === undefined) this.#put(key, { before: undefined, now, source, payload })
    else Object.assign(draft, { now, payload, changed: true })
    return true
  }

  #see({ agent, startUs, endUs }: SpanPart, teller: string): void {
    const first = startUs ?? endUs
    if (agent === undefined || first === undefined) return
    const { names } = this.day
    const seen = { agent: names.number('agent', agent), source: names.number('source', teller) }
    this.seen(seen, Math.min(first, endUs ?? first), Math.max(first, endUs ?? first))
  }

  #put(key: string, span: Omit<SpanDraft, 'source' | 'changed'> & { source: string }): void {
    const source = this.day.names.number('source', span.source)
    this.spans.set(key, { ...span, source, changed: true })
  }

  #drafted(key: string, span: string, source: string): SpanDraft | undefined {
    const drafted = this.spans.get(key)
    if (drafted !== undefined || this.isNew) return drafted
    const { names, db } = this.day
    const number = names.number('source', source)
    const row = db.get(SPAN_ROW, this.row, bytesOf(span), number)
    if (row === undefined) return undefined
    const before = spanOf(row, this.id, names)
    const payload = (row[row.length - 1] as Uint8Array | null) ?? undefined
    const found = { before, now: before, source: number, payload, changed: false }
    this.spans.set(key, found)
    return found
  }

  /** What the trace is found by: every word ever told, so that order does not matter. */
  #note(part: SpanPart, before: SpanPart | undefined): void {
    this.isTouched = true
    for (const field of TERM_FIELDS) {
      const text = part[field]
      if (text !== undefined && text !== before?.[field]) this.#term(field, text)
    }
    if (part.error !== undefined) this.#term('errorCode', part.error.code)
    if (this.#units > SEARCHED_UNITS_MAX) return
    const size = this.text.size
    searchedIn(part, this.text)
    if (this.text.size > size) this.#units += NOTED_UNITS * (this.text.size - size)
  }

  #term(field: NameField, text: string): void {
    this.terms.add(this.day.names.number(field, text))
  }
}

/** What a searched string is taken to be long, UTF-16 units. */
const NOTED_UNITS = 64

const EMPTY = `(id, spans, errors, tokens, costNanos, tokenLeaves, costLeaves, reported, estimated,
  unknown, unsealed, outer_tokens, outer_nanos, outer_estimated, terms)
  VALUES (?, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '[[],[]]')`
