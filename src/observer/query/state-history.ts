/** The shared state of a run, key by key: who changed what, when and why, and who did at once. */

import type { JsonObject, JsonValue } from '../../protocol/json.ts'
import type { Fact } from '../model.ts'
import type { StoredSpan } from '../store.ts'

export interface Change {
  /** Of the fact that told. */
  readonly id: string
  readonly atUs: number
  readonly op: string
  /** JSON Pointer. */
  readonly path: string
  readonly from: string | null
  /** Who changed it, and the span in which it did: the cause. */
  readonly author: string
  readonly span: string | null
  /** Absent unless contents were shared. */
  readonly value?: JsonValue
  /** Size of the value as JSON, bytes. */
  readonly bytes: number | null
  /** Facts that changed the same at the same time, knowing nothing of this one. */
  readonly conflicts: readonly string[]
}

export interface KeyHistory {
  /** First part of the path. */
  readonly key: string
  readonly changes: readonly Change[]
}

/** Changes that are shown, count: beyond, nobody reads them. */
const CHANGES_MAX = 10_000
/** Changes of one key before and after that are compared with each, count: beyond, time is long. */
const RIVALS_MAX = 100
/** Conflicts told of one change, count: that there are any is what matters. */
const CONFLICTS_MAX = 16
/** Values that are shown, as JSON, UTF-16 units: beyond, only their sizes are. */
const VALUES_MAX = 4 * 1024 * 1024

/** @param spans of the same trace: whether two changes were at once is told by their spans */
export function stateHistory(
  facts: readonly Fact[],
  spans: readonly StoredSpan[]
): readonly KeyHistory[] {
  const changes = facts.filter(({ type }) => type === 'state.changed').flatMap(changesOf)
  const byTime = (a: Bare, b: Bare): number => a.atUs - b.atUs || (a.id < b.id ? -1 : 1)
  const ordered = withinValues(changes.toSorted(byTime).slice(0, CHANGES_MAX))
  const family = new Family(spans)
  const keys = Map.groupBy(ordered, ({ path }) => keyOf(path))
  return [...keys].map(([key, list]) => ({ key, changes: marked(list, family) }))
}

function withinValues(changes: readonly Bare[]): readonly Bare[] {
  let room = VALUES_MAX
  return changes.map((change) => {
    if (change.value === undefined) return change
    room -= change.bytes ?? 0
    const { value: _, ...rest } = change
    return room >= 0 ? change : rest
  })
}

function marked(list: readonly Bare[], family: Family): readonly Change[] {
  return list.map((change, at) => {
    const near = list.slice(Math.max(0, at - RIVALS_MAX), at + RIVALS_MAX)
    const rivals = near.filter((other) => family.atOnce(change, other))
    const conflicts = [...new Set(rivals.map(({ id }) => id))].slice(0, CONFLICTS_MAX)
    return { ...change, conflicts }
  })
}

type Bare = Omit<Change, 'conflicts'>

function changesOf({ id, atUs, source, span, body }: Fact): Bare[] {
  const { operations, author } = body
  if (!Array.isArray(operations)) return []
  return (operations as readonly JsonValue[]).filter(isRecord).map((operation) => {
    const { op, path, from, value, bytes } = operation
    const size = value === undefined ? null : JSON.stringify(value).length
    return {
      ...{ id, atUs, op: textOf(op), path: textOf(path) },
      from: typeof from === 'string' ? from : null,
      author: typeof author === 'string' ? author : source.by,
      span: span ?? null,
      ...(value !== undefined && { value }),
      bytes: typeof bytes === 'number' ? bytes : size
    }
  })
}

const isRecord = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '')

/** `/plan/steps/0` belongs to `plan`; `~1` is a slash and `~0` a tilde (RFC 6901). */
const keyOf = (path: string): string =>
  (path.split('/')[1] ?? '').replaceAll('~1', '/').replaceAll('~0', '~')

/** When one first came to a span on the way through the tree, and when one left it for good. */
interface Visit {
  readonly span: StoredSpan
  readonly from: number
  to: number
}

/** Which spans overlap in time, and neither lies below the other. */
class Family {
  readonly #visits: ReadonlyMap<string, Visit>

  constructor(spans: readonly StoredSpan[]) {
    this.#visits = visitAll(spans)
  }

  atOnce(one: Bare, other: Bare): boolean {
    if (one.id === other.id || one.span === null || other.span === null) return false
    if (one.span === other.span || !touch(one.path, other.path)) return false
    const [a, b] = [this.#visits.get(one.span), this.#visits.get(other.span)]
    if (a === undefined || b === undefined) return false
    return overlap(a.span, b.span) && !isAbove(a, b) && !isAbove(b, a)
  }
}

const isAbove = (a: Visit, b: Visit): boolean => a.from < b.from && b.to <= a.to

/**
 * One walk through the tree tells of any two spans whether one lies below the other: walking up
 * from each takes as many steps as somebody made the trace deep. Spans in a circle come last.
 */
function visitAll(spans: readonly StoredSpan[]): ReadonlyMap<string, Visit> {
  const known = new Map(spans.map((span) => [span.span, span]))
  const below = Map.groupBy(known.values(), ({ parent }) => parent)
  const roots = [...known.values()].filter(({ parent }) => !parent || !known.has(parent))
  const visits = new Map<string, Visit>()
  let step = 0
  for (const root of [...roots, ...known.values()]) {
    const way = [root]
    for (let span = way.at(-1); span !== undefined; span = way.at(-1)) {
      const visit = visits.get(span.span)
      if (visit === undefined) {
        visits.set(span.span, { span, from: step++, to: Infinity })
        way.push(...(below.get(span.span) ?? []).filter((child) => !visits.has(child.span)))
      } else {
        if (visit.to === Infinity) visit.to = step++
        way.pop()
      }
    }
  }
  return visits
}

const touch = (one: string, other: string): boolean =>
  one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`)

const overlap = (a: StoredSpan, b: StoredSpan): boolean =>
  (a.startUs ?? 0) < (b.endUs ?? Infinity) && (b.startUs ?? 0) < (a.endUs ?? Infinity)
