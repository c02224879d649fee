/** The drawing of who hands to whom. Its facts stand in the table beside it, for every sense. */

import { useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { countOf, duration, money } from '../../format.ts'
import { hint } from '../../hint.ts'
import type { People, Person } from '../people.ts'
import type { Edge } from './edges.ts'
import { drawnOf, NODE, WORDS } from './paths.ts'
import type { DrawnWay, Point } from './paths.ts'

interface GraphProps {
  readonly people: People
  readonly shown: readonly Person[]
  readonly edges: readonly Edge[]
  readonly selected: Edge | undefined
  choose(edge: Edge): void
}

export function Graph({ shown, edges, selected, choose }: GraphProps) {
  const drawn = useMemo(
    () =>
      drawnOf(
        shown.map(({ id }) => id),
        edges
      ),
    [edges]
  )
  const { nodes, width, height } = drawn
  const box = useRef<HTMLDivElement>(null)
  // Whoever begins stands in the middle: on a narrow screen, too.
  useLayoutEffect(() => {
    const { current } = box
    if (current !== null) current.scrollLeft = (current.scrollWidth - current.clientWidth) / 2
  }, [width])
  const ways = drawn.ways.map((way) => ({
    ...{ way, chosen: way.edge === selected, choose: () => choose(way.edge) },
    name: JSON.stringify([way.edge.from, way.edge.to])
  }))
  return (
    <div class="scroll graph" role="region" aria-label="Drawing" tabIndex={0} ref={box}>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${shown.length} agents, ${edges.length} ways; the table has the same facts`}
      >
        {ways.map(({ name, ...rest }) => (
          <Line key={name} {...rest} />
        ))}
        {shown.map((person) => (
          <Node key={person.id} person={person} at={nodes.get(person.id)} edges={edges} />
        ))}
        {ways.map(({ name, ...rest }) => (
          <Words key={name} {...rest} />
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
          <strong title={hint(id)}>
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
  readonly way: DrawnWay
  readonly chosen: boolean
  choose(): void
}

const classOf = ({ way: { edge }, chosen }: WayProps): string =>
  `way${edge.failures > 0 ? ' bad' : ''}${chosen ? ' chosen' : ''}`

function Line(props: WayProps) {
  const { way, choose } = props
  const width = 1.5 + Math.min(3, Math.log10(way.edge.count))
  return (
    <g class={classOf(props)} onClick={choose}>
      <path class="near" d={way.line} />
      <path class="line" d={way.line} style={{ strokeWidth: `${width}px` }} />
      <path class="point" d={way.point} />
    </g>
  )
}

function Words(props: WayProps) {
  const { way, choose } = props
  const { count, failures, p95Ms, cost } = way.edge
  return (
    <foreignObject
      class={classOf(props)}
      onClick={choose}
      x={way.words.x - WORDS.width / 2}
      y={way.words.y - WORDS.height / 2}
      width={WORDS.width}
      height={WORDS.height}
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
