/** The drawing of who hands to whom. Its facts stand in the table beside it, for every sense. */

import { useLayoutEffect, useRef } from 'preact/hooks'
import { countOf, duration, money } from '../../format.ts'
import type { People, Person } from '../people.ts'
import type { Edge } from './edges.ts'
import { layersOf } from './layout.ts'

const NODE = { width: 160, height: 48 } as const
/** Between nodes of a layer, and between layers, px: the words of an edge stand between layers. */
const GAP = { x: 28, y: 104 } as const
/** The words of an edge, px. */
const LABEL = { width: 150, height: 38 } as const
const MARGIN = 20
/** For the bow of an edge that goes back up, or to the same node, px. */
const BOW = 110

interface Point {
  readonly x: number
  readonly y: number
}

interface GraphProps {
  readonly people: People
  readonly shown: readonly Person[]
  readonly edges: readonly Edge[]
  readonly selected: Edge | undefined
  choose(edge: Edge): void
}

export function Graph({ people, shown, edges, selected, choose }: GraphProps) {
  const ids = shown.map(({ id }) => id)
  const places = layersOf(ids, edges)
  const widest = Math.max(
    ...Map.groupBy(places, ({ layer }) => layer)
      .values()
      .map((l) => l.length)
  )
  const step = NODE.width + GAP.x
  const sizes = Map.groupBy(places, ({ layer }) => layer)
  const points = new Map<string, Point>(
    places.map(({ id, layer, at }) => {
      const own = sizes.get(layer)?.length ?? 1
      const indent = ((widest - own) * step) / 2
      return [id, { x: MARGIN + indent + at * step, y: MARGIN + layer * (NODE.height + GAP.y) }]
    })
  )
  const layers = sizes.size
  const bows = edges.some(({ from, to }) => {
    const [a, b] = [points.get(from), points.get(to)]
    return a !== undefined && b !== undefined && !isDown(a, b)
  })
  const width = 2 * MARGIN + widest * step - GAP.x + (bows ? BOW : 0)
  const height = 2 * MARGIN + layers * NODE.height + (layers - 1) * GAP.y
  // Words after all lines: none is crossed out.
  const ways = edges.flatMap((edge): WayProps[] => {
    const [from, to] = [points.get(edge.from), points.get(edge.to)]
    if (from === undefined || to === undefined) return []
    const alone = edges.every((one) => one === edge || one.to !== edge.to)
    const name = JSON.stringify([edge.from, edge.to])
    return [{ name, edge, from, to, alone, chosen: edge === selected, choose: () => choose(edge) }]
  })
  const box = useRef<HTMLDivElement>(null)
  // Whoever begins stands in the middle: on a narrow screen, too.
  useLayoutEffect(() => {
    const { current } = box
    if (current !== null) current.scrollLeft = (current.scrollWidth - current.clientWidth) / 2
  }, [width])
  return (
    <div class="scroll graph" role="region" aria-label="Drawing" tabIndex={0} ref={box}>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${shown.length} agents, ${edges.length} ways; the table has the same facts`}
      >
        {ways.map((way) => (
          <Line key={way.name} {...way} />
        ))}
        {ways.map((way) => (
          <Words key={way.name} {...way} />
        ))}
        {shown.map((person) => (
          <Node key={person.id} person={person} at={points.get(person.id)} {...{ edges, people }} />
        ))}
      </svg>
    </div>
  )
}

interface NodeProps {
  readonly person: Person
  readonly at: Point | undefined
  readonly edges: readonly Edge[]
}

function Node({ person: { id, name, lane }, at, edges }: NodeProps) {
  if (at === undefined) return null
  const sum = (some: readonly Edge[]): number => some.reduce((all, { count }) => all + count, 0)
  const given = sum(edges.filter(({ from }) => from === id))
  const taken = sum(edges.filter(({ to }) => to === id))
  const failed = edges.filter(({ to }) => to === id).reduce((all, one) => all + one.failures, 0)
  return (
    <g class="node" transform={`translate(${at.x} ${at.y})`}>
      <rect width={NODE.width} height={NODE.height} rx="6" />
      <rect width="5" height={NODE.height} rx="2" style={{ fill: `var(--lane-${lane})` }} />
      <foreignObject x="10" y="4" width={NODE.width - 14} height={NODE.height - 8}>
        <div class="words">
          <strong title={id}>
            <bdi>{name}</bdi>
          </strong>
          <span class={failed > 0 ? 'bad' : 'muted'}>
            {given > 0 && `gives ${countOf(given)}`}
            {given > 0 && taken > 0 && ', '}
            {taken > 0 && `takes ${countOf(taken)}`}
            {failed > 0 && `, ✕ ${countOf(failed)}`}
          </span>
        </div>
      </foreignObject>
    </g>
  )
}

interface WayProps {
  readonly name: string
  readonly edge: Edge
  readonly from: Point
  readonly to: Point
  /** Nobody else gives to the same: then the words stand right above who takes. */
  readonly alone: boolean
  readonly chosen: boolean
  choose(): void
}

const classOf = ({ edge: { failures }, chosen }: WayProps): string =>
  `way${failures > 0 ? ' bad' : ''}${chosen ? ' chosen' : ''}`

function Line(way: WayProps) {
  const { edge, from, to, alone, choose } = way
  const { line } = pathOf(from, to, alone)
  const width = 1.5 + Math.min(3, Math.log10(edge.count))
  return (
    <g class={classOf(way)} onClick={choose}>
      <path class="near" d={line} />
      <path class="line" d={line} style={{ strokeWidth: `${width}px` }} />
      <path class="point" d={pointOf(from, to)} />
    </g>
  )
}

function Words(way: WayProps) {
  const { edge, from, to, alone, choose } = way
  const { label } = pathOf(from, to, alone)
  const { count, failures, p95Ms, cost } = edge
  return (
    <foreignObject
      class={classOf(way)}
      onClick={choose}
      x={label.x - LABEL.width / 2}
      y={label.y - LABEL.height / 2}
      width={LABEL.width}
      height={LABEL.height + 2}
    >
      <div class="label">
        <strong>
          {countOf(count)} {count === 1 ? 'handoff' : 'handoffs'}
        </strong>
        {failures > 0 && <span class="bad"> ✕ {countOf(failures)}</span>}
        <br />
        {p95Ms !== null && `p95 ${duration(p95Ms)}`}
        {p95Ms !== null && cost !== null && ' · '}
        {cost !== null && money(cost)}
      </div>
    </foreignObject>
  )
}

/** How far from giver to taker the words stand where several come together, share. */
const LABEL_AT = 0.45
const isDown = (from: Point, to: Point): boolean => to.y > from.y

/** Down: from the lower edge to the upper. Else in a bow on the right side. */
function pathOf(from: Point, to: Point, alone: boolean): { line: string; label: Point } {
  if (isDown(from, to)) {
    const [x, y] = [from.x + NODE.width / 2, from.y + NODE.height]
    const [u, v] = [to.x + NODE.width / 2, to.y - 7]
    const bend = Math.min(GAP.y, v - y) / 2
    const along = alone ? 1 : LABEL_AT
    const label = { x: x + (u - x) * along, y: alone ? v - 36 : y + (v - y) * along }
    return { line: `M${x} ${y}C${x} ${y + bend} ${u} ${v - bend} ${u} ${v}`, label }
  }
  const right = Math.max(from.x, to.x) + NODE.width
  const [y, v] = [from.y + NODE.height * 0.3, to.y + NODE.height * 0.7]
  const [x, u] = [from.x + NODE.width, to.x + NODE.width + 7]
  const bow = right + BOW * 0.6
  const label = { x: right + BOW * 0.45, y: (y + v) / 2 - 6 }
  return { line: `M${x} ${y}C${bow} ${y} ${bow} ${v} ${u} ${v}`, label }
}

function pointOf(from: Point, to: Point): string {
  if (isDown(from, to)) return `M${to.x + NODE.width / 2} ${to.y}l-5 -9h10z`
  return `M${to.x + NODE.width} ${to.y + NODE.height * 0.7}l9 -5v10z`
}
