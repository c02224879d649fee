/** A trace as a tree of who did what below whom, without attributes. */

import type { Source, SpanKind, SpanStatus } from '../model.ts'
import type { StoredSpan } from '../store.ts'

export interface Node {
  readonly span: string
  /** Who vouches: an agent's id, or an API key's name. */
  readonly by: string
  readonly kind: SpanKind
  readonly name: string
  readonly agent: string | null
  readonly status: SpanStatus
  readonly error: string | null
  /** µs since 1970; null when no start was told. */
  readonly startUs: number | null
  readonly durationMs: number | null
  readonly tokens: number
  readonly cost: number | null
  readonly children: readonly Node[]
}

export interface Topology {
  readonly roots: readonly Node[]
  /** Spans whose parent nobody told of: they stand among the roots. */
  readonly orphans: readonly string[]
  /** Nodes left out because of the bound, count. */
  readonly left: number
}

type Growing = Omit<Node, 'children'> & { readonly children: Growing[] }

/** @param limit nodes at most; parents go before their children */
export function topologyOf(spans: readonly StoredSpan[], limit = Infinity): Topology {
  const ordered = spans.toSorted(byStart)
  const nodes = new Map(ordered.map((span) => [span, nodeOf(span)]))
  const roots: Growing[] = []
  const orphans: string[] = []
  const parents = parentsOf(ordered)
  const circular = circularIn(parents)
  for (const [span, node] of nodes) {
    const parent = parents.get(span)
    const above = parent === undefined ? undefined : nodes.get(parent)
    if (above !== undefined && !circular.has(span)) above.children.push(node)
    else {
      roots.push(node)
      if (span.parent !== undefined) orphans.push(span.span)
    }
  }
  return { roots, orphans, left: prune(roots, limit) }
}

/**
 * Several producers may use one id, by chance or on purpose. A parent is the producer's own span if
 * it has one of that id; else one that an agent signed; else any. Each span has one parent, so that
 * no span stands in the tree twice.
 */
function parentsOf(spans: readonly StoredSpan[]): ReadonlyMap<StoredSpan, StoredSpan | undefined> {
  const own = new Map(spans.map((span) => [nameOf(span.span, span.source), span]))
  const any = new Map<string, StoredSpan>()
  for (const span of spans) {
    const known = any.get(span.span)
    const better = known?.source.kind === 'key' && span.source.kind === 'agent'
    if (known === undefined || better) any.set(span.span, span)
  }
  const of = ({ parent, source }: StoredSpan): StoredSpan | undefined =>
    parent === undefined ? undefined : (own.get(nameOf(parent, source)) ?? any.get(parent))
  return new Map(spans.map((span) => [span, of(span)]))
}

const nameOf = (span: string, { kind, by }: Source): string => `${span}/${kind}/${by}`

const byStart = (one: StoredSpan, other: StoredSpan): number =>
  (one.startUs ?? one.endUs ?? 0) - (other.startUs ?? other.endUs ?? 0) ||
  (one.span < other.span ? -1 : 1)

/** Whoever lies can tell of spans in a circle: of each circle, the span at which it is cut. */
function circularIn(
  parents: ReadonlyMap<StoredSpan, StoredSpan | undefined>
): ReadonlySet<StoredSpan> {
  const cut = new Set<StoredSpan>()
  const done = new Set<StoredSpan>()
  for (const span of parents.keys()) {
    const way = new Set<StoredSpan>()
    let next: StoredSpan | undefined = span
    while (next !== undefined && !done.has(next) && !way.has(next)) {
      way.add(next)
      next = parents.get(next)
    }
    if (next !== undefined && way.has(next)) cut.add(next)
    for (const one of way) done.add(one)
  }
  return cut
}

function nodeOf(span: StoredSpan): Growing {
  const { startUs, endUs, tokens = {}, error } = span
  const known = startUs !== undefined && endUs !== undefined
  return {
    ...{ span: span.span, by: span.source.by, kind: span.kind, status: span.status },
    name: span.name ?? span.kind,
    agent: span.agent ?? null,
    error: error === undefined ? null : `${error.code}: ${error.message}`,
    startUs: startUs ?? null,
    durationMs: known ? Math.max(0, endUs - startUs) / 1_000 : null,
    tokens: (tokens.input ?? 0) + (tokens.output ?? 0),
    cost: span.cost ?? null,
    children: []
  }
}

/** Breadth first, so that what is left out is deep. @returns how many are left out */
function prune(roots: Growing[], limit: number): number {
  let level = roots
  let kept = 0
  let left = 0
  while (level.length > 0) {
    const next: Growing[] = []
    for (const node of level) {
      kept++
      const room = Math.max(0, limit - kept - next.length)
      const cut = node.children.splice(room)
      left += cut.reduce((sum, child) => sum + sizeOf(child), 0)
      next.push(...node.children)
    }
    level = next
  }
  return left
}

function sizeOf(node: Growing): number {
  let size = 0
  const waiting = [node]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    size++
    waiting.push(...next.children)
  }
  return size
}
