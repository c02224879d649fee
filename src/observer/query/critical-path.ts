/**
 * The chain of spans that decided how long a trace took: shorten one of them and it ends earlier.
 *
 * From the end backwards: the child that ended last before the point one stands at, and so on down.
 */

import type { StoredSpan } from '../store.ts'

export interface Segment {
  readonly span: string
  readonly name: string
  readonly agent: string | null
  readonly fromUs: number
  readonly toUs: number
  /** This span's own time on the path, without its children's, ms. */
  readonly ms: number
}

interface Timed extends StoredSpan {
  readonly startUs: number
  readonly endUs: number
}

/** Steps walked at most, count: the spans of the largest trace that is shown whole. */
const STEPS_MAX = 100_000

export function criticalPath(spans: readonly StoredSpan[]): readonly Segment[] {
  const timed = spans.filter(isTimed)
  const children = Map.groupBy(timed, ({ parent }) => parent ?? '')
  const known = new Set(timed.map(({ span }) => span))
  const tops = timed.filter(({ parent }) => parent === undefined || !known.has(parent))
  const [root] = tops.toSorted((a, b) => b.endUs - b.startUs - (a.endUs - a.startUs))
  if (root === undefined) return []
  const path: Segment[] = []
  const seen = new Set<string>()
  const waiting: { span: Timed; toUs: number; fromUs: number }[] = []
  waiting.push({ span: root, fromUs: root.startUs, toUs: root.endUs })
  for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
    const { span, fromUs, toUs } = step
    if (seen.has(span.span) || seen.size >= STEPS_MAX) continue
    seen.add(span.span)
    const own = (from: number, to: number): void => {
      if (to > from) path.push(segmentOf(span, from, to))
    }
    let atUs = toUs
    const below = (children.get(span.span) ?? []).toSorted((a, b) => b.endUs - a.endUs)
    for (const child of below) {
      const end = Math.min(child.endUs, atUs)
      if (child.startUs >= atUs || end <= fromUs) continue
      own(end, atUs)
      const start = Math.max(child.startUs, fromUs)
      waiting.push({ span: child, fromUs: start, toUs: end })
      atUs = start
    }
    own(fromUs, atUs)
  }
  return path.toSorted((a, b) => a.fromUs - b.fromUs)
}

const isTimed = (span: StoredSpan): span is Timed =>
  span.startUs !== undefined && span.endUs !== undefined && span.endUs >= span.startUs

const segmentOf = (span: Timed, fromUs: number, toUs: number): Segment => ({
  ...{ span: span.span, name: span.name ?? span.kind, agent: span.agent ?? null },
  ...{ fromUs, toUs, ms: (toUs - fromUs) / 1_000 }
})
