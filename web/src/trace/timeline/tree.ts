/**
 * Who is below whom, over all lanes: in columns of numbers, so that 100,000 spans are arranged in
 * the time of a few frames. A span is its place in the list it came in.
 */

import { sourceKey } from '../../../../src/observer/merge.ts'
import type { Source } from '../../../../src/observer/model.ts'
import type { Span } from '../../types.ts'

/** Nobody. */
export const NONE = -1

export interface Tree {
  /** The span above each, or `NONE`. */
  readonly parent: Int32Array
  /** 0 for roots. */
  readonly depth: Int32Array
  /** All spans as one reads a tree: each before what is below it, by start. */
  readonly order: Int32Array
  /** Where each stands in that order. */
  readonly place: Int32Array
  /** The first below each and the next beside each, or `NONE`. */
  readonly child: Int32Array
  readonly next: Int32Array
}

/** @param spans by start @returns in steps, for `inTurns` */
export function* treeSteps(spans: readonly Span[]): Generator<undefined, Tree, undefined> {
  const known = knownIn(spans)
  yield
  const parent = parentsOf(spans, known)
  yield
  cutCircles(parent)
  yield
  const [child, next] = [noneOf(spans.length), noneOf(spans.length)]
  let root = NONE
  for (let at = spans.length - 1; at >= 0; at--) {
    const above = parent[at]!
    next[at] = above === NONE ? root : child[above]!
    if (above === NONE) root = at
    else child[above] = at
  }
  yield
  return { parent, child, next, ...walk(root, { parent, child, next }) }
}

const noneOf = (length: number): Int32Array => new Int32Array(length).fill(NONE)

interface Known {
  /** By id: one that an agent signed, else the first. */
  readonly any: ReadonlyMap<string, number>
  /** Of ids that several producers use, all. */
  readonly twins: ReadonlyMap<string, readonly number[]>
}

function knownIn(spans: readonly Span[]): Known {
  const any = new Map<string, number>()
  const twins = new Map<string, number[]>()
  for (const [at, { span, source }] of spans.entries()) {
    const known = any.get(span)
    if (known === undefined) any.set(span, at)
    else {
      twins.set(span, [...(twins.get(span) ?? [known]), at])
      if (spans[known]!.source.kind === 'key' && source.kind === 'agent') any.set(span, at)
    }
  }
  return { any, twins }
}

/**
 * The producer's own span of that id; else one that an agent signed; else the first: as the
 * observer decides it (`query/topology.ts`).
 */
function parentsOf(spans: readonly Span[], { any, twins }: Known): Int32Array {
  const parents = noneOf(spans.length)
  for (const [at, { parent, source }] of spans.entries()) {
    if (parent === undefined) continue
    const own = twins.size === 0 ? undefined : ownOf(twins.get(parent) ?? [], spans, source)
    parents[at] = own ?? any.get(parent) ?? NONE
  }
  return parents
}

function ownOf(twins: readonly number[], spans: readonly Span[], source: Source) {
  const same = sourceKey(source)
  return twins.find((one) => sourceKey(spans[one]!.source) === same)
}

/** Whoever lies can tell of spans in a circle: each is cut at one of them. */
function cutCircles(parent: Int32Array): void {
  const done = new Uint8Array(parent.length)
  const way: number[] = []
  for (let at = 0; at < parent.length; at++) {
    let here = at
    while (here !== NONE && done[here] === 0) {
      done[here] = 1
      way.push(here)
      here = parent[here]!
    }
    if (here !== NONE && done[here] === 1) parent[here] = NONE
    for (const one of way) done[one] = 2
    way.length = 0
  }
}

function walk(root: number, { parent, child, next }: Pick<Tree, 'parent' | 'child' | 'next'>) {
  const size = parent.length
  const [depth, order, place] = [...([0, 1, 2] as const)].map(() => new Int32Array(size)) as [
    ...[Int32Array, Int32Array, Int32Array]
  ]
  let count = 0
  for (let at = root; at !== NONE;) {
    place[at] = count
    order[count++] = at
    const above = parent[at]!
    depth[at] = above === NONE ? 0 : depth[above]! + 1
    let to = child[at]!
    for (let up = at; to === NONE && up !== NONE; up = parent[up]!) to = next[up]!
    at = to
  }
  return { depth, order, place }
}
