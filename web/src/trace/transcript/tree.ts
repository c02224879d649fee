/** The spans of a run as a conversation: who was asked, and what happened until the answer. */

import type { Fact, Span } from '../../types.ts'

export interface Part {
  /** Unique in the run. */
  readonly key: string
  readonly span: Span
  /** The requester's own span of the same task: one exchange, told by both sides. */
  readonly asked: Span | undefined
  /** What happened in it, in the order of time. */
  readonly inside: readonly Happening[]
  /** Somewhere inside, itself included, something failed. */
  readonly failed: boolean
}
export type Happening =
  | { readonly what: 'part'; readonly part: Part; readonly atUs: number }
  | { readonly what: 'fact'; readonly fact: Fact; readonly atUs: number }

type Growing = Omit<Part, 'inside' | 'failed' | 'asked'> & {
  inside: Happening[]
  failed: boolean
  asked: Span | undefined
}

/** Work of an agent, which is shown as a card of its own; all else is a line. */
export const isCard = ({ span, inside }: Part): boolean =>
  span.kind === 'task' ||
  span.kind === 'agent' ||
  span.kind === 'workflow' ||
  inside.some(({ what }) => what === 'part')

const keyOf = ({ span, source }: Span): string => `${span}/${source.kind}/${source.by}`
const startOf = ({ startUs, endUs }: Span): number => startUs ?? endUs ?? Infinity

/** Roots in the order of their start. Of spans in a circle, one is a root. */
export function partsOf(spans: readonly Span[], facts: readonly Fact[]): readonly Part[] {
  const parts = new Map<string, Growing>()
  const any = new Map<string, Growing>()
  for (const span of spans) {
    const key = keyOf(span)
    const failed = span.status === 'error'
    const part: Growing = { key, span, asked: undefined, inside: [], failed }
    parts.set(key, part)
    const known = any.get(span.span)
    if (known === undefined || known.span.source.kind === 'key') any.set(span.span, part)
  }
  const parentOf = ({ parent, source }: Span): Growing | undefined =>
    parent === undefined
      ? undefined
      : (parts.get(`${parent}/${source.kind}/${source.by}`) ?? any.get(parent))
  const roots: Growing[] = []
  const cut = circularIn([...parts.values()], parentOf)
  for (const part of parts.values()) {
    const parent = cut.has(part) ? undefined : parentOf(part.span)
    if (parent === undefined) roots.push(part)
    else parent.inside.push(happening(part))
  }
  for (const fact of facts) {
    if (isTelling(fact)) {
      any.get(fact.span ?? '')?.inside.push({ what: 'fact', fact, atUs: fact.atUs })
    }
  }
  return ordered(roots.map(happening)).flatMap((one) => (one.what === 'part' ? one.part : []))
}

const happening = (part: Growing): Happening => ({ what: 'part', part, atUs: startOf(part.span) })

/** Whoever lies can tell of spans in a circle: of each, the one at which it is cut. */
function circularIn(
  parts: readonly Growing[],
  parentOf: (span: Span) => Growing | undefined
): ReadonlySet<Growing> {
  const cut = new Set<Growing>()
  const done = new Set<Growing>()
  for (const part of parts) {
    const way = new Set<Growing>()
    let at: Growing | undefined = part
    while (at !== undefined && !done.has(at) && !way.has(at)) {
      way.add(at)
      at = parentOf(at.span)
    }
    if (at !== undefined && way.has(at)) cut.add(at)
    for (const one of way) done.add(one)
  }
  return cut
}

/** What a reader of a conversation wants to know; the rest stands in the timeline. */
const isTelling = ({ type }: Fact): boolean =>
  type === 'guard.tripped' ||
  type === 'state.changed' ||
  type === 'error' ||
  type.startsWith('event.')

/** Sort, let both sides of a task be one, and carry failures up; without calling itself. */
function ordered(roots: readonly Happening[]): readonly Happening[] {
  const all: Growing[] = []
  const waiting = roots.flatMap((one) => (one.what === 'part' ? [one.part as Growing] : []))
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    merge(part)
    part.inside.sort(byTime)
    all.push(part)
    for (const one of part.inside) if (one.what === 'part') waiting.push(one.part as Growing)
  }
  for (const part of all.toReversed()) {
    part.failed ||= part.inside.some((one) => one.what === 'part' && one.part.failed)
  }
  return roots.toSorted(byTime)
}

const byTime = (a: Happening, b: Happening): number =>
  a.atUs < b.atUs ? -1 : a.atUs > b.atUs ? 1 : 0

/** A requester's span with nothing but one executor's in it says the same from the other side. */
function merge(part: Growing): void {
  const { span, inside } = part
  const [only, ...rest] = inside.filter(({ what }) => what === 'part')
  if (span.side !== 'requester' || only?.what !== 'part' || rest.length > 0) return
  const { part: below } = only
  if (below.span.side !== 'executor' || below.span.task !== span.task) return
  part.inside = [...inside.filter(({ what }) => what === 'fact'), ...below.inside]
  part.asked = span
  // The failure of a result that never arrived is the requester's alone.
  part.failed ||= below.failed
  Object.assign(part, { span: below.span, key: below.key })
}
