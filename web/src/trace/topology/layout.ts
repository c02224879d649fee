/**
 * A drawing of a directed graph in layers, after Sugiyama: links that close a circle are turned
 * round, each node goes below all that point to it, and a link is a chain of places of its own, one
 * in each layer that it passes, so that neither nodes nor words lie on it or on each other.
 *
 * Sugiyama, Tagawa, Toda: Methods for Visual Understanding of Hierarchical System Structures, 1981.
 */

import { inOrder } from './order.ts'
import { spread } from './spread.ts'

export interface Link {
  readonly from: string
  readonly to: string
}

/** Part of a link or a node, in one layer. */
export interface Place {
  /** `node <id>`, or `link <number> <layer>`. */
  readonly key: string
  /** Even layers hold nodes, odd ones the words of links. */
  readonly layer: number
}

export interface Chain {
  /** Places from the upper node to the lower one, keys. */
  readonly places: readonly string[]
  /** Where its words stand; absent of a link to itself. */
  readonly words: string | undefined
  /** It points up: it would have closed a circle. */
  readonly turned: boolean
}

export interface Layout {
  /** From left to right. */
  readonly layers: readonly (readonly Place[])[]
  /** One for each link. */
  readonly chains: readonly Chain[]
  /** The middle of each place, px, from 0 on. */
  readonly x: ReadonlyMap<string, number>
  readonly width: number
}

export const nodeKey = (id: string): string => `node ${id}`

/**
 * @param ids in the order in which they were first seen, which breaks ties
 * @param links between these, each pair at most once
 * @param widthOf a place, with the room around it, px
 */
export function layoutOf(
  ids: readonly string[],
  links: readonly Link[],
  widthOf: (place: Place, isWords: boolean) => number
): Layout {
  const real = links.filter(({ from, to }) => from !== to)
  const forward = withoutCircles(ids, real)
  const depth = depthsOf(ids, forward)
  const layers: Place[][] = []
  const add = (key: string, layer: number): void => void (layers[layer] ??= []).push({ key, layer })
  for (const id of ids) add(nodeKey(id), 2 * (depth.get(id) ?? 0))
  const words = new Set<string>()
  const chains = links.map((link, number): Chain => {
    const way = forward[real.indexOf(link)]
    if (way === undefined) return { places: [], words: undefined, turned: false }
    const [upper, lower] = [2 * (depth.get(way.from) ?? 0), 2 * (depth.get(way.to) ?? 0)]
    const own = Array.from({ length: lower - upper - 1 }, (_, n) => upper + 1 + n)
    for (const layer of own) add(`link ${number} ${layer}`, layer)
    words.add(`link ${number} ${upper + 1}`)
    const between = own.map((layer) => `link ${number} ${layer}`)
    const places = [nodeKey(way.from), ...between, nodeKey(way.to)]
    return { places, words: between[0], turned: way.from !== link.from }
  })
  const near = nearOf(chains)
  const ordered = inOrder(layers, near)
  const { x, width } = spread(ordered, near, (place) => widthOf(place, words.has(place.key)))
  return { layers: ordered, chains, x, width }
}

function nearOf(chains: readonly Chain[]): ReadonlyMap<string, readonly string[]> {
  const near = new Map<string, string[]>()
  const add = (one: string, other: string): void => {
    const known = near.get(one)
    if (known === undefined) near.set(one, [other])
    else known.push(other)
  }
  for (const { places } of chains) {
    for (const [at, place] of places.entries()) {
      const next = places[at + 1]
      if (next === undefined) continue
      add(place, next)
      add(next, place)
    }
  }
  return near
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
