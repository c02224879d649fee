/**
 * All that is known of one trace, in one flat buffer. Pages of the past and news of the present are
 * added as they come, in any order and any number of times; whatever a view shows is derived on
 * read, so that arrival order never matters.
 *
 * It merges with the observer's own functions: a browser that listened knows what one that loads
 * anew is told.
 */

import { canonicalJson, mergeFact, mergeSpan, sourceKey } from '../../../src/observer/merge.ts'
import type { SpanPart } from '../../../src/observer/model.ts'
import type { Fact, Handoff, Span } from '../types.ts'

/** Facts that are kept, count: the newest of a busy run; each may be of some KB. */
export const FACTS_MAX = 20_000
/** Spans that are kept, count: some 70 MB, and twice what was measured to be drawn in time. */
export const SPANS_MAX = 200_000

type Content = Pick<Buffer, 'spans' | 'handoffs' | 'facts' | 'spansCut' | 'factsCut' | 'version'>

export class Buffer {
  readonly #spansMax: number
  readonly #spans = new Map<string, Span>()
  readonly #handoffs = new Map<string, Handoff>()
  readonly #facts = new Map<string, Fact>()
  /** What was derived, until something is added. */
  #read: { spans?: readonly Span[]; handoffs?: readonly Handoff[]; facts?: readonly Fact[] } = {}
  #version = 0
  #spansCut = false
  #factsCut = false

  /** @param spansMax other than a browser's, for tests */
  constructor(spansMax = SPANS_MAX) {
    this.#spansMax = spansMax
  }

  /** Whole spans of a page, or parts of them as they happen; what is too many is left out. */
  addSpans(parts: readonly SpanPart[]): void {
    for (const part of parts) {
      const key = keyOf(part)
      const known = this.#spans.get(key)
      if (known === undefined && this.#spans.size >= this.#spansMax) {
        if (!this.#spansCut) this.#changed('spans')
        this.#spansCut = true
        continue
      }
      const next = known === undefined ? part : mergeSpan(known as SpanPart, part)
      if (next === known) continue
      const { kind = 'other', status = next.endUs === undefined ? 'open' : 'ok' } = next
      const whole = next.kind !== undefined && next.status !== undefined
      this.#spans.set(key, (whole ? next : { ...next, kind, status }) as Span)
      this.#changed('spans')
    }
  }

  addHandoffs(handoffs: readonly Handoff[]): void {
    for (const one of handoffs) {
      const known = this.#handoffs.get(one.id)
      if (known !== undefined && !knowsMore(one, known)) continue
      this.#handoffs.set(one.id, one)
      this.#changed('handoffs')
    }
  }

  /** @returns how many of them say what was not known */
  addFacts(facts: readonly Fact[]): number {
    let count = 0
    for (const one of facts) {
      const known = this.#facts.get(one.id)
      const next = known === undefined ? one : (mergeFact(known as never, one as never) as Fact)
      if (next === known) continue
      this.#facts.set(one.id, next)
      this.#changed('facts')
      count++
    }
    if (this.#facts.size <= FACTS_MAX * 1.1) return count
    const oldest = this.facts.slice(0, this.#facts.size - FACTS_MAX)
    for (const { id } of oldest) this.#facts.delete(id)
    this.#factsCut = true
    this.#changed('facts')
    return count
  }

  get spanCount(): number {
    return this.#spans.size
  }

  /** Whether there were more spans than are kept. */
  get spansCut(): boolean {
    return this.#spansCut
  }

  /** Whether there were more facts than are kept. */
  get factsCut(): boolean {
    return this.#factsCut
  }

  get version(): number {
    return this.#version
  }

  get spans(): readonly Span[] {
    return (this.#read.spans ??= [...this.#spans.values()].sort(byStart))
  }

  get handoffs(): readonly Handoff[] {
    const first = (a: Handoff, b: Handoff): number =>
      (a.offeredUs ?? 0) - (b.offeredUs ?? 0) || compare(a.id, b.id)
    return (this.#read.handoffs ??= [...this.#handoffs.values()].sort(first))
  }

  get facts(): readonly Fact[] {
    const first = (a: Fact, b: Fact): number => a.atUs - b.atUs || compare(a.id, b.id)
    return (this.#read.facts ??= [...this.#facts.values()].sort(first))
  }

  /** All of it as it is now. */
  read(): Content {
    const { spans, handoffs, facts, spansCut, factsCut, version } = this
    return { spans, handoffs, facts, spansCut, factsCut, version }
  }

  #changed(what: 'spans' | 'handoffs' | 'facts'): void {
    this.#version++
    delete this.#read[what]
  }
}

/** One span of one producer: two may use the same id, and neither speaks for the other. */
export const keyOf = ({ span, source }: Pick<Span, 'span' | 'source'>): string =>
  `${span}/${sourceKey(source)}`

export const startOf = ({ startUs, endUs }: Pick<Span, 'startUs' | 'endUs'>): number =>
  startUs ?? endUs ?? 0

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

const byStart = (a: Span, b: Span): number =>
  startOf(a) - startOf(b) ||
  compare(a.span, b.span) ||
  compare(sourceKey(a.source), sourceKey(b.source))

const STATUSES: readonly Handoff['status'][] = [
  ...(['offered', 'accepted', 'ok', 'error', 'canceled', 'rejected'] as const)
]

/** The observer tells a handoff whole, and later ones know more: the richer of two holds. */
function knowsMore(one: Handoff, other: Handoff): boolean {
  const [a, b] = [rankOf(one), rankOf(other)]
  const at = a.findIndex((value, index) => value !== b[index])
  if (at >= 0) return (a[at] ?? 0) > (b[at] ?? 0)
  return canonicalJson(one) > canonicalJson(other)
}

const rankOf = ({ evidence, status, split }: Handoff): readonly number[] => [
  Number(evidence.giver !== 'missing') + Number(evidence.taker !== 'missing'),
  STATUSES.indexOf(status),
  Object.values(split).filter((ms) => ms !== null).length
]
