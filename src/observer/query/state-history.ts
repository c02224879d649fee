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

/** Changes of one key before and after that are compared with each, count: beyond, time is long. */
const RIVALS_MAX = 200

/** @param spans of the same trace: whether two changes were at once is told by their spans */
export function stateHistory(
  facts: readonly Fact[],
  spans: readonly StoredSpan[]
): readonly KeyHistory[] {
  const changes = facts.filter(({ type }) => type === 'state.changed').flatMap(changesOf)
  const ordered = changes.toSorted((a, b) => a.atUs - b.atUs || (a.id < b.id ? -1 : 1))
  const family = new Family(spans)
  const keys = Map.groupBy(ordered, ({ path }) => keyOf(path))
  return [...keys].map(([key, list]) => ({ key, changes: marked(list, family) }))
}

function marked(list: readonly Bare[], family: Family): readonly Change[] {
  return list.map((change, at) => {
    const near = list.slice(Math.max(0, at - RIVALS_MAX), at + RIVALS_MAX)
    const rivals = near.filter((other) => family.atOnce(change, other))
    return { ...change, conflicts: [...new Set(rivals.map(({ id }) => id))] }
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

/** Which spans overlap in time, and neither lies below the other. */
class Family {
  readonly #spans: ReadonlyMap<string, StoredSpan>

  constructor(spans: readonly StoredSpan[]) {
    this.#spans = new Map(spans.map((span) => [span.span, span]))
  }

  atOnce(one: Bare, other: Bare): boolean {
    if (one.id === other.id || one.span === null || other.span === null) return false
    if (one.span === other.span || !touch(one.path, other.path)) return false
    const [a, b] = [this.#spans.get(one.span), this.#spans.get(other.span)]
    if (a === undefined || b === undefined) return false
    return overlap(a, b) && !this.#above(a, b) && !this.#above(b, a)
  }

  #above(above: StoredSpan, below: StoredSpan): boolean {
    const seen = new Set<string>()
    let next = below.parent
    while (next !== undefined && !seen.has(next)) {
      if (next === above.span) return true
      seen.add(next)
      next = this.#spans.get(next)?.parent
    }
    return false
  }
}

const touch = (one: string, other: string): boolean =>
  one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`)

const overlap = (a: StoredSpan, b: StoredSpan): boolean =>
  (a.startUs ?? 0) < (b.endUs ?? Infinity) && (b.startUs ?? 0) < (a.endUs ?? Infinity)
