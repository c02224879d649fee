/** One trace while a group of messages is merged into it. */

import type { SpanPart } from '../model.ts'
import { needsLook, NO_OUTLINE, widened } from '../outline.ts'
import type { Outline } from '../outline.ts'
import { spent } from '../spent.ts'
import type { TraceSummary } from '../store.ts'
import { NO_SHARE, searchedIn, SHARE_FIELDS, shareOf } from '../sums.ts'
import type { Share } from '../sums.ts'
import { termOf } from './key.ts'
import type { SpanDraft } from './span-draft.ts'

/** Names that a trace is found by, count: more is a flood, and finds nobody anything. */
const TERMS_MAX = 1_024
/** Text of one trace that one group brings to the search, strings of it. */
const SEARCHED_STRINGS_MAX = 4_096
const TERM_FIELDS = ['agent', 'skill', 'model', 'tool', 'conversation'] as const

export interface State {
  readonly outline: Outline
  readonly share: Share
}
export type Summary = Omit<TraceSummary, 'pinned'>

/** As the table has it. */
export interface TraceRow {
  readonly id: string
  readonly born: number
  readonly bytes: number
  readonly summary: Summary | null
  readonly state: State
  readonly terms: readonly string[]
}

export class TraceDraft {
  readonly id: string
  readonly old: TraceRow | undefined
  readonly text = new Set<string>()
  readonly changed: SpanDraft[] = []
  state: State
  bytes = 0
  isTouched: boolean
  #born: number
  readonly #agents: Set<string>
  readonly #terms: Set<string>

  /** @param born µs: when it is taken to be from as long as no span says */
  constructor(id: string, old: TraceRow | undefined, born: number) {
    this.id = id
    this.old = old
    this.isTouched = old === undefined
    this.state = old?.state ?? { outline: NO_OUTLINE, share: NO_SHARE }
    this.#born = old?.born ?? born
    this.#agents = new Set(old?.summary?.agents)
    this.#terms = new Set(old?.terms.filter((term) => !term.startsWith('status:')))
  }

  /** What it is found by: every word ever told, so that order does not matter. */
  note(part: SpanPart): void {
    this.isTouched = true
    for (const field of TERM_FIELDS) {
      const text = part[field]
      if (text !== undefined) this.#term(field, text)
    }
    if (part.error !== undefined) this.#term('errorCode', part.error.code)
    if (this.text.size < SEARCHED_STRINGS_MAX) searchedIn(part, this.text)
  }

  #term(field: string, text: string): void {
    if (field === 'agent' && this.#agents.size < TERMS_MAX) this.#agents.add(text)
    if (this.#terms.size < 2 * TERMS_MAX) this.#terms.add(termOf(field, text))
  }

  /**
   * Sum up what changed.
   *
   * @returns false when all spans have to be looked at, see `looked`
   */
  settle(): boolean {
    const sums: Record<keyof Share, number> = { ...this.state.share }
    for (const { before, now } of this.changed) {
      const [less, more] = [before === undefined ? undefined : shareOf(before), shareOf(now)]
      for (const field of SHARE_FIELDS) sums[field] += more[field] - (less?.[field] ?? 0)
    }
    let outline = this.state.outline
    const old = outline
    this.state = { outline, share: sums }
    for (const { before, now } of this.changed) {
      if (needsLook(old, before, now)) return false
      outline = widened(outline, now)
    }
    this.state = { outline, share: sums }
    return true
  }

  looked(outline: Outline): void {
    this.state = { ...this.state, outline }
  }

  /** The row as it is to be written. */
  row() {
    const { outline, share } = this.state
    const { lead, start, finish } = outline
    const agents = [...this.#agents].sort()
    const status = lead?.status ?? 'open'
    const cost = spent(share, outline)
    const endUs = status === 'open' ? null : finish
    const summary: Summary | null =
      lead === undefined
        ? null
        : {
            ...{ trace: this.id, name: lead.name, startUs: start ?? 0, endUs, status },
            ...{ spans: share.spans, errors: share.errors, agents, ...cost },
            sealed: share.unsealed === 0
          }
    return {
      ...{ id: this.id, born: start ?? this.#born, cost: cost.cost, spans: share.spans, summary },
      start: lead === undefined ? null : (start ?? 0),
      duration: endUs === null ? null : (endUs - (start ?? 0)) / 1_000,
      bytes: (this.old?.bytes ?? 0) + this.bytes,
      state: { outline, share },
      terms: lead === undefined ? [...this.#terms] : [...this.#terms, `status:${status}`]
    }
  }
}
