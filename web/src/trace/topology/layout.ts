/**
 * A drawing of a directed graph in layers, after Sugiyama: edges that close a circle are turned
 * round, each node goes below all that point to it, and nodes of a layer are put in the order of
 * the middle of their neighbours, back and forth until it settles.
 *
 * Sugiyama, Tagawa, Toda: Methods for Visual Understanding of Hierarchical System Structures, 1981.
 */

export interface Link {
  readonly from: string
  readonly to: string
}

export interface Place {
  readonly id: string
  readonly layer: number
  /** Within the layer. */
  readonly at: number
}

/** Sweeps over all layers, count: it settles after a few. */
const SWEEPS = 6

/** @param ids in the order in which they were first seen, which breaks ties */
export function layersOf(ids: readonly string[], links: readonly Link[]): readonly Place[] {
  const known = new Set(ids)
  const real = links.filter(({ from, to }) => from !== to && known.has(from) && known.has(to))
  const forward = withoutCircles(ids, real)
  const depth = depthsOf(ids, forward)
  const layers: string[][] = []
  for (const id of ids) (layers[depth.get(id) ?? 0] ??= []).push(id)
  const filled = layers.filter((layer) => layer !== undefined)
  order(filled, forward)
  return filled.flatMap((layer, number) => layer.map((id, at) => ({ id, layer: number, at })))
}

const below = (links: readonly Link[]): ReadonlyMap<string, readonly string[]> =>
  new Map(
    [...Map.groupBy(links, ({ from }) => from)].map(([id, all]) => [id, all.map((l) => l.to)])
  )

/** A walk from each node, in their order; a link back to where one came from is turned round. */
function withoutCircles(ids: readonly string[], links: readonly Link[]): readonly Link[] {
  const next = below(links)
  const state = new Map<string, 'open' | 'done'>()
  const turned = new Set<string>()
  for (const root of ids) {
    const way: { id: string; step: number }[] = state.has(root) ? [] : [{ id: root, step: 0 }]
    state.set(root, state.get(root) ?? 'open')
    for (let here = way.at(-1); here !== undefined; here = way.at(-1)) {
      const to = next.get(here.id)?.[here.step++]
      if (to === undefined) {
        state.set(here.id, 'done')
        way.pop()
      } else if (state.get(to) === 'open') turned.add(nameOf(here.id, to))
      else if (!state.has(to)) {
        state.set(to, 'open')
        way.push({ id: to, step: 0 })
      }
    }
  }
  return links.map(({ from, to }) =>
    turned.has(nameOf(from, to)) ? { from: to, to: from } : { from, to }
  )
}

const nameOf = (from: string, to: string): string => JSON.stringify([from, to])

/** The longest way that leads to each; there are no circles. */
function depthsOf(ids: readonly string[], links: readonly Link[]): ReadonlyMap<string, number> {
  const next = below(links)
  const waiting = new Map<string, number>(ids.map((id) => [id, 0]))
  for (const { to } of links) waiting.set(to, (waiting.get(to) ?? 0) + 1)
  const depth = new Map<string, number>()
  const ready = ids.filter((id) => waiting.get(id) === 0)
  for (let id = ready.shift(); id !== undefined; id = ready.shift()) {
    const here = depth.get(id) ?? 0
    depth.set(id, here)
    for (const to of next.get(id) ?? []) {
      depth.set(to, Math.max(depth.get(to) ?? 0, here + 1))
      const left = (waiting.get(to) ?? 0) - 1
      waiting.set(to, left)
      if (left === 0) ready.push(to)
    }
  }
  return depth
}

/** Reorder nodes within layers, in place. */
function order(layers: string[][], links: readonly Link[]): void {
  const near = new Map<string, string[]>()
  for (const { from, to } of links) {
    for (const [one, other] of [
      [from, to],
      [to, from]
    ] as const) {
      const known = near.get(one)
      if (known === undefined) near.set(one, [other])
      else known.push(other)
    }
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const step = sweep % 2 === 0 ? 1 : -1
    const first = step === 1 ? 1 : layers.length - 2
    for (let at = first; at >= 0 && at < layers.length; at += step) {
      settle(layers[at] ?? [], layers[at - step] ?? [], near)
    }
  }
}

function settle(
  layer: string[],
  before: readonly string[],
  near: ReadonlyMap<string, readonly string[]>
): void {
  const places = new Map(before.map((id, at) => [id, (at + 0.5) / before.length]))
  const middles = new Map(
    layer.map((id, at) => {
      const seen = (near.get(id) ?? []).flatMap((other) => places.get(other) ?? [])
      const sum = seen.reduce((total, place) => total + place, 0)
      return [id, seen.length === 0 ? (at + 0.5) / layer.length : sum / seen.length]
    })
  )
  layer.sort((a, b) => (middles.get(a) ?? 0) - (middles.get(b) ?? 0))
}
