/** Everything that one group of messages brings to one day file, in one transaction. */

import { fitHandoff, fitSpan } from '../merge.ts'
import type { Fact, HandoffPart, SpanPart } from '../model.ts'
import type { KeptBatch } from '../store.ts'
import type { Day } from './day.ts'
import { Draft } from './draft.ts'
import { putFact } from './facts.ts'
import { HandoffDraft } from './handoffs.ts'
import { Rollups } from './rollups.ts'
import { bytesOf, PUT_SPAN, spanValues } from './span-row.ts'
import { writeTrace } from './trace-row.ts'

const PUT_BATCH = `INSERT INTO batch (by, boot, first, count, digest, issued, bytes)
  VALUES (?, ?, ?, ?, ?, ?, ?)`
const ADD_TOTALS = `UPDATE total SET spans = spans + ?, traces = traces + ?, facts = facts + ?`

export class DayWriter {
  readonly day: Day
  /** Whether rollups are kept: not of what was counted before, see `prune`. */
  readonly #counts: boolean
  readonly #drafts = new Map<string, Draft>()
  readonly #handoffs = new Map<string, HandoffDraft>()
  readonly #rollups: Rollups
  #facts = 0

  constructor(day: Day, counts = true) {
    this.day = day
    this.#counts = counts
    this.#rollups = new Rollups(day.names)
    day.db.begin()
  }

  addSpan(part: SpanPart): boolean {
    return this.#draft(part.trace).add(fitSpan(part))
  }

  addHandoff(part: HandoffPart): boolean {
    const { row } = this.#draft(part.trace)
    const key = `${row} ${part.id}`
    let draft = this.#handoffs.get(key)
    if (draft === undefined) {
      this.#handoffs.set(key, (draft = new HandoffDraft(this.day, row, part.id)))
    }
    return draft.add(fitHandoff(part))
  }

  addFact(fact: Fact): boolean {
    const trace = fact.trace === undefined ? 0 : this.#draft(fact.trace).row
    const told = putFact(this.day, fact, trace)
    if (told === 'new') this.#facts++
    return told !== 'known'
  }

  addBatch({ by, boot, first, count, digest, issued, bytes }: KeptBatch): void {
    this.day.db.run(PUT_BATCH, by, boot, first, count, bytesOf(digest), issued, bytes)
  }

  #draft(trace: string): Draft {
    let draft = this.#drafts.get(trace)
    if (draft === undefined) {
      this.#drafts.set(trace, (draft = new Draft(this.day, trace, this.#rollups)))
    }
    return draft
  }

  /** Write all of it, and wait for the disk. */
  commit(): void {
    const { day } = this
    const rollups = this.#rollups
    const put = day.db.statement(PUT_SPAN)
    const sums = { spans: 0, traces: 0 }
    for (const draft of this.#drafts.values()) {
      for (const span of draft.spans.values()) {
        if (!span.changed) continue
        put.run(...spanValues(span.now, draft.row, day.names, span))
        rollups.add(span)
        if (span.before === undefined) sums.spans++
      }
      if (draft.isTouched) sums.traces += this.#finish(draft)
    }
    for (const handoff of this.#handoffs.values()) handoff.write(day)
    if (this.#counts) rollups.write(day.db)
    day.db.run(ADD_TOTALS, sums.spans, sums.traces, this.#facts)
    day.commit()
  }

  /** @returns traces more than before */
  #finish(draft: Draft): number {
    if (draft.text.size > 0) {
      const sql = 'INSERT INTO unsearched (trace, text) VALUES (?, ?)'
      this.day.db.run(sql, draft.row, [...draft.text].join('\n'))
    }
    return writeTrace(draft)
  }
}
