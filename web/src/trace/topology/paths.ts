/** Where nodes, lines and words of the drawing stand, px. */

import type { Edge } from './edges.ts'
import { layoutOf, nodeKey } from './layout.ts'
import type { Chain, Layout } from './layout.ts'

export const NODE = { width: 160, height: 48 } as const
export const WORDS = { width: 140, height: 38 } as const
/** Between nodes or words side by side, and above and below words. */
const GAP = { x: 24, y: 26 } as const
/** What a line needs that only passes by. */
const LINE = 24
const MARGIN = 20
/** Between the lines of one side of a node, at most. */
const PORT = 28
/** The point of an arrow. */
const POINT = 8
/** How far a line to itself reaches. */
const BOW = 34

export interface Point {
  readonly x: number
  readonly y: number
}
export interface DrawnWay {
  readonly edge: Edge
  readonly line: string
  readonly point: string
  /** The middle of the words. */
  readonly words: Point
}
export interface Drawn {
  /** The upper left corner of each, by id. */
  readonly nodes: ReadonlyMap<string, Point>
  readonly ways: readonly DrawnWay[]
  readonly width: number
  readonly height: number
}

const ROW = NODE.height
const BAND = WORDS.height + 2 * GAP.y
/** Where a layer begins. */
const topOf = (layer: number): number => MARGIN + Math.ceil(layer / 2) * ROW + (layer >> 1) * BAND

export function drawnOf(ids: readonly string[], edges: readonly Edge[]): Drawn {
  const selfish = new Set(edges.flatMap(({ from, to }) => (from === to ? nodeKey(from) : [])))
  // A line to oneself and its words stand to the right; the same room is left on the other side.
  const beside = 2 * (BOW + WORDS.width)
  const layout = layoutOf(ids, edges, ({ key, layer }, isWords) => {
    if (isWords) return WORDS.width + GAP.x
    if (layer % 2 === 1 || !key.startsWith('node ')) return LINE
    return NODE.width + GAP.x + (selfish.has(key) ? beside : 0)
  })
  const middle = (key: string): number => MARGIN + (layout.x.get(key) ?? 0)
  const layerOf = new Map(layout.layers.flat().map(({ key, layer }) => [key, layer]))
  const nodes = new Map(
    ids.map((id) => {
      const key = nodeKey(id)
      const corner = { x: middle(key) - NODE.width / 2, y: topOf(layerOf.get(key) ?? 0) }
      return [id, corner]
    })
  )
  const ports = portsOf(layout)
  const ways = edges.map((edge, at) => {
    const corner = nodes.get(edge.from) ?? { x: 0, y: 0 }
    if (edge.from === edge.to) return toItself(edge, corner)
    return wayOf(edge, layout.chains[at] as Chain, { middle, layerOf, ports, at })
  })
  const last = layout.layers.length - 1
  const height = topOf(last) + ROW + MARGIN
  return { nodes, ways, width: layout.width + 2 * MARGIN, height }
}

interface Lines {
  middle(key: string): number
  readonly layerOf: ReadonlyMap<string, number>
  readonly ports: ReadonlyMap<string, number>
  /** Number of the link. */
  readonly at: number
}

/** Lines leave a node side by side, in the order of where they go. */
function portsOf({ chains, x }: Layout): ReadonlyMap<string, number> {
  const sides = new Map<string, { name: string; x: number }[]>()
  const add = (side: string, name: string, next: string | undefined): void => {
    const known = sides.get(side) ?? []
    sides.set(side, [...known, { name, x: x.get(next ?? '') ?? 0 }])
  }
  for (const [at, { places }] of chains.entries()) {
    if (places.length === 0) continue
    add(`${places[0] ?? ''} below`, `${at} upper`, places[1])
    add(`${places.at(-1) ?? ''} above`, `${at} lower`, places.at(-2))
  }
  const ports = new Map<string, number>()
  for (const side of sides.values()) {
    const step = Math.min(PORT, (NODE.width - 24) / Math.max(1, side.length - 1))
    for (const [at, { name }] of side.toSorted((a, b) => a.x - b.x).entries()) {
      ports.set(name, (at - (side.length - 1) / 2) * step)
    }
  }
  return ports
}

function wayOf(edge: Edge, chain: Chain, { middle, layerOf, ports, at }: Lines): DrawnWay {
  const { places, turned } = chain
  const [upper = '', lower = ''] = [places[0], places.at(-1)]
  const begin = {
    x: middle(upper) + (ports.get(`${at} upper`) ?? 0),
    y: topOf(layerOf.get(upper) ?? 0) + ROW + (turned ? POINT : 0)
  }
  const end = {
    x: middle(lower) + (ports.get(`${at} lower`) ?? 0),
    y: topOf(layerOf.get(lower) ?? 0) - (turned ? 0 : POINT)
  }
  const between = places.slice(1, -1).flatMap((key): Point[] => {
    const layer = layerOf.get(key) ?? 0
    const [x, top] = [middle(key), topOf(layer)]
    const within = layer % 2 === 0 ? 0 : GAP.y
    const foot = layer % 2 === 0 ? ROW : BAND - GAP.y
    return [
      { x, y: top + within },
      { x, y: top + foot }
    ]
  })
  const words = {
    x: middle(chain.words ?? ''),
    y: topOf(layerOf.get(chain.words ?? '') ?? 0) + BAND / 2
  }
  const tip = turned ? begin : end
  const point = turned
    ? `M${tip.x} ${tip.y - POINT}l-5 ${POINT + 1}h10z`
    : `M${tip.x} ${tip.y + POINT}l-5 ${-POINT - 1}h10z`
  return { edge, line: curve([begin, ...between, end]), point, words }
}

/** From point to point, each time beginning and ending downwards. */
function curve([first, ...rest]: readonly Point[]): string {
  if (first === undefined) return ''
  let last = first
  const pieces = rest.map((next) => {
    const half = (last.y + next.y) / 2
    const piece =
      last.x === next.x ? `V${next.y}` : `C${last.x} ${half} ${next.x} ${half} ${next.x} ${next.y}`
    last = next
    return piece
  })
  return `M${first.x} ${first.y}${pieces.join('')}`
}

function toItself(edge: Edge, { x, y }: Point): DrawnWay {
  const right = x + NODE.width
  const [from, to] = [y + ROW * 0.25, y + ROW * 0.75]
  const line = `M${right} ${from}h${BOW / 2}a${(to - from) / 2} ${(to - from) / 2} 0 0 1 0 ${
    to - from
  }H${right + POINT}`
  const point = `M${right} ${to}l${POINT + 1} -5v10z`
  return { edge, line, point, words: { x: right + BOW + WORDS.width / 2, y: y + ROW / 2 } }
}
