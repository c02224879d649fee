/** What a group of messages makes of what is known: all merging, and no database. */

import { canonicalJson, fitHandoff, fitSpan, fitText, mergeFact } from '../merge.ts'
import type { Fact, HandoffPart, Source, SpanPart } from '../model.ts'
import { NOBODY, withPart } from '../sides.ts'
import type { Sides } from '../sides.ts'
import type { Ingest, Ingested } from '../store.ts'
import { placeOf, readFact } from './known.ts'
import type { Known } from './known.ts'
import type { LogDraft } from './log-draft.ts'
import { factKey, factTime, handoffKey, logKey, spanKey } from './places.ts'
import { ROW_BYTES, SpanDraft } from './span-draft.ts'
import { SumsDraft } from './sums-draft.ts'
import { TraceDraft } from './trace-draft.ts'

export interface HandoffDraft {
  readonly trace: string
  readonly key: string
  readonly id: string
  sides: Sides
}
export interface FactDraft {
  readonly key: string
  readonly fact: Fact
  readonly text: string
}

export class Group {
  readonly traces = new Map<string, TraceDraft>()
  readonly spans = new Map<string, SpanDraft>()
  readonly handoffs = new Map<string, HandoffDraft>()
  readonly facts = new Map<string, FactDraft>()
  readonly sums = new SumsDraft()
  readonly logs: ReadonlyMap<string, LogDraft>
  readonly #known: Known
  readonly #nowUs: number
  /** Facts more than before, count, and their bytes without those of traces. */
  newFacts = 0
  bytes = 0

  constructor(known: Known, nowUs: number) {
    this.#known = known
    this.#nowUs = nowUs
    this.logs = known.logs
  }

  add({ spans, handoffs, facts, batch }: Ingest): Ingested {
    const verdict = batch === undefined ? undefined : this.logs.get(logKey(batch))?.add(batch)
    if (verdict === 'known') return verdict
    if (batch !== undefined) this.bytes += ROW_BYTES + batch.bytes.length
    let news = false
    for (const span of spans) news = this.#addSpan(span) || news
    for (const handoff of handoffs) news = this.#addHandoff(handoff) || news
    for (const fact of facts) news = this.#addFact(fact) || news
    return verdict ?? (news ? 'new' : 'known')
  }

  #addSpan(told: SpanPart): boolean {
    const part = { ...fitSpan(told), source: fitSource(told.source) }
    const key = spanKey(part)
    const place = placeOf(key)
    const trace = this.#trace(part.trace, part.startUs ?? part.endUs)
    let span = this.spans.get(place)
    if (span === undefined) {
      span = new SpanDraft(key.source, this.#known.spans.get(place), part)
      this.spans.set(place, span)
    }
    const wasChanged = span.changed
    const { news, words } = span.add(part)
    if (!wasChanged && span.changed) trace.changed.push(span)
    if (words) trace.note(part)
    this.sums.see(part)
    return news
  }

  #addHandoff(told: HandoffPart): boolean {
    const part = { ...fitHandoff(told), id: fitText(told.id), source: fitSource(told.source) }
    const { offeredUs, acceptedUs, startedUs, endedUs } = part
    const trace = this.#trace(part.trace, offeredUs ?? acceptedUs ?? startedUs ?? endedUs)
    const key = handoffKey(part)
    const place = placeOf(key)
    const known = this.handoffs.get(place)
    const old = known?.sides ?? this.#known.handoffs.get(place) ?? NOBODY
    const sides = withPart(old, part)
    if (sides === old) return false
    trace.bytes += JSON.stringify(sides).length - (old === NOBODY ? -ROW_BYTES : jsonUnits(old))
    if (known === undefined) this.handoffs.set(place, { ...key, id: part.id, sides })
    else known.sides = sides
    return true
  }

  #addFact(told: Fact): boolean {
    const said = fitFact(told)
    const key = factKey(said)
    const place = placeOf(key)
    const trace = said.trace === undefined ? undefined : this.#trace(said.trace, said.atUs)
    const text = canonicalJson(said as never)
    const old = this.facts.get(place)?.text ?? this.#known.facts.get(place)
    if (old === text) return false
    if (old !== undefined && mergeFact(readFact(old), said) !== said) return false
    if (old === undefined) this.newFacts++
    const grown = text.length - (old?.length ?? -ROW_BYTES)
    if (trace === undefined) this.bytes += grown
    else trace.bytes += grown
    this.facts.set(place, { key: key.key, fact: said, text })
    return true
  }

  #trace(id: string, timeUs: number | undefined): TraceDraft {
    let trace = this.traces.get(id)
    if (trace === undefined) {
      // A clock that is ahead makes nothing stay longer.
      const born = Math.min(timeUs ?? this.#nowUs, this.#nowUs)
      trace = new TraceDraft(id, this.#known.traces.get(id), born)
      this.traces.set(id, trace)
    }
    return trace
  }
}

const jsonUnits = (value: object): number => JSON.stringify(value).length
const fitSource = ({ kind, by }: Source): Source => ({ kind, by: fitText(by) })

/** With the fields, and only those, that a stored one has. */
function fitFact(fact: Fact): Fact {
  const { id, source, type, trace, span, body } = fact
  return {
    ...{ id: fitText(id), source: fitSource(source), atUs: factTime(fact), type: fitText(type) },
    ...(trace === undefined ? {} : { trace }),
    ...(span === undefined ? {} : { span }),
    body
  }
}
