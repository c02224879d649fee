/** What differs between two runs of the same kind: steps, ends, times, costs; the first first. */

import type { StoredSpan } from '../store.ts'

export interface Difference {
  /** Names from the root down, with the occurrence where there are several: `plan > chat#2`. */
  readonly path: string
  readonly what: 'missing' | 'added' | 'status' | 'slower' | 'faster' | 'cost' | 'agent'
  readonly before: string | number | null
  readonly after: string | number | null
  readonly spans: { readonly before: string | null; readonly after: string | null }
}

export interface TraceDiff {
  /** Where the second left the way of the first: a step more, less, or that ended otherwise. */
  readonly divergence: Difference | null
  readonly differences: readonly Difference[]
}

/** Times that differ by less are noise: share, and ms. */
const TIME_SHARE = 0.5
const TIME_MS = 50
/** Costs that differ by less are noise, share. */
const COST_SHARE = 0.1

export function diffTraces(before: readonly StoredSpan[], after: readonly StoredSpan[]): TraceDiff {
  const [old, now] = [pathsOf(before), pathsOf(after)]
  const differences: Difference[] = []
  for (const [path, one] of old) differences.push(...compare(path, one, now.get(path)))
  for (const [path, other] of now) {
    if (!old.has(path)) differences.push(of(path, 'added', { after: other, now: other.status }))
  }
  const begin = (all: readonly StoredSpan[]): number =>
    Math.min(...all.map(({ startUs = Infinity }) => startUs))
  const [from, to] = [begin(before), begin(after)]
  const at = ({ spans }: Difference): number => {
    const one = before.find(({ span }) => span === spans.before)
    const other = after.find(({ span }) => span === spans.after)
    return Math.min((one?.startUs ?? Infinity) - from, (other?.startUs ?? Infinity) - to)
  }
  const ordered = differences.toSorted((a, b) => at(a) - at(b))
  const turns = ordered.filter(({ what }) => TURNS.has(what))
  // A step that fails makes those above it fail: the deepest of the first is the cause.
  const first = turns.findLast(({ what }) => what === 'status') ?? turns[0]
  return { divergence: first ?? null, differences: ordered }
}

const TURNS: ReadonlySet<string> = new Set(['missing', 'added', 'status'])

function compare(path: string, one: StoredSpan, other: StoredSpan | undefined): Difference[] {
  if (other === undefined) return [of(path, 'missing', { before: one, was: one.status })]
  const both = { before: one, after: other }
  const found: Difference[] = []
  if (one.status !== other.status) {
    found.push(of(path, 'status', { ...both, was: endOf(one), now: endOf(other) }))
  }
  if (one.agent !== other.agent) {
    found.push(of(path, 'agent', { ...both, was: one.agent ?? null, now: other.agent ?? null }))
  }
  const [was, now] = [msOf(one), msOf(other)]
  if (was !== null && now !== null) {
    const by = now - was
    const noise = Math.max(TIME_MS, TIME_SHARE * was)
    if (Math.abs(by) > noise)
      found.push(of(path, by > 0 ? 'slower' : 'faster', { ...both, was, now }))
  }
  const [paid, pays] = [one.cost ?? 0, other.cost ?? 0]
  if (Math.abs(pays - paid) > COST_SHARE * Math.max(paid, pays)) {
    found.push(of(path, 'cost', { ...both, was: paid, now: pays }))
  }
  return found
}

const endOf = ({ status, error }: StoredSpan): string =>
  error === undefined ? status : `${status}: ${error.code}`

interface Sides {
  readonly before?: StoredSpan
  readonly after?: StoredSpan
  readonly was?: string | number | null
  readonly now?: string | number | null
}

const of = (path: string, what: Difference['what'], sides: Sides): Difference => ({
  ...{ path, what, before: sides.was ?? null, after: sides.now ?? null },
  spans: { before: sides.before?.span ?? null, after: sides.after?.span ?? null }
})

const msOf = ({ startUs, endUs }: StoredSpan): number | null =>
  startUs === undefined || endUs === undefined ? null : (endUs - startUs) / 1_000

/** Each span under its path; of the same name at one place, the earlier is the first. */
function pathsOf(spans: readonly StoredSpan[]): ReadonlyMap<string, StoredSpan> {
  const ids = new Set(spans.map(({ span }) => span))
  const below = Map.groupBy(spans, ({ parent }) =>
    parent === undefined || !ids.has(parent) ? '' : parent
  )
  const paths = new Map<string, StoredSpan>()
  const waiting = [{ at: '', prefix: '' }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { at, prefix } = next
    const counts = new Map<string, number>()
    const here = (below.get(at) ?? []).toSorted((a, b) => (a.startUs ?? 0) - (b.startUs ?? 0))
    below.delete(at)
    for (const span of here) {
      const side = span.side === undefined ? '' : ` (${span.side})`
      const name = `${span.name ?? span.kind}${side}`
      const nth = (counts.get(name) ?? 0) + 1
      counts.set(name, nth)
      const path = `${prefix}${name}${nth > 1 ? `#${nth}` : ''}`
      paths.set(path, span)
      waiting.push({ at: span.span, prefix: `${path} > ` })
    }
  }
  return paths
}
