/** Who hands to whom in a run: as a drawing, and as a table with the same facts. */

import { useMemo } from 'preact/hooks'
import { countOf, duration, money } from '../../format.ts'
import { Empty, Loading } from '../../parts/states.tsx'
import { change, query } from '../../route.ts'
import { peopleOf } from '../people.ts'
import type { People } from '../people.ts'
import type { Run } from '../run.ts'
import { edgesOf } from './edges.ts'
import type { Edge } from './edges.ts'
import { Graph } from './graph.tsx'
import { HandoffList } from './list.tsx'
import './style.css'

/** Agents that are drawn, count: beyond, a drawing is a knot, and the table says it better. */
const DRAWN_MAX = 60
/** Ways that are drawn, count: each passes all layers between its ends. */
const WAYS_MAX = 150

export function TopologyView({ run }: { readonly run: Run }) {
  const { handoffs, spans, complete, version } = run
  const people = useMemo(() => peopleOf(spans, handoffs), [version])
  const edges = useMemo(() => edgesOf(handoffs), [version])
  if (handoffs.length === 0) return complete ? <Nothing /> : <Loading what="the handoffs" />
  const [giver, taker] = [query.value.get('giver'), query.value.get('taker')]
  const selected = edges.find(({ from, to }) => from === giver && to === taker)
  const part = new Set(edges.flatMap(({ from, to }) => [from, to]))
  const shown = people.all.filter(({ id }) => part.has(id))
  const alone = people.all.length - shown.length
  const choose = (edge: Edge | undefined): void => change({ giver: edge?.from, taker: edge?.to })
  return (
    <section class="topology" aria-label="Who hands to whom">
      <div class="sides">
        {shown.length > DRAWN_MAX || edges.length > WAYS_MAX ? (
          <p class="notice">
            {countOf(shown.length)} agents with {countOf(edges.length)} ways are more than a drawing
            can show; the table has them all.
          </p>
        ) : (
          <Graph {...{ people, shown, edges, selected, choose }} />
        )}
        <EdgeTable {...{ people, edges, selected, choose }} />
      </div>
      {alone > 0 && (
        <p class="muted">
          {countOf(alone)} more {alone === 1 ? 'agent' : 'agents'} took part without a handoff.
        </p>
      )}
      {!complete && <p class="muted">More handoffs are loading; the counts grow.</p>}
      <HandoffList
        key={selected === undefined ? '' : JSON.stringify([selected.from, selected.to])}
        handoffs={selected?.handoffs ?? handoffs}
        people={people}
        edge={selected}
        all={() => choose(undefined)}
      />
    </section>
  )
}

const Nothing = () => (
  <Empty title="No handoffs in this run">
    <p>
      Nobody gave work to anybody else here, or nobody told of it. The timeline shows the steps.
    </p>
  </Empty>
)

interface TableProps {
  readonly people: People
  readonly edges: readonly Edge[]
  readonly selected: Edge | undefined
  choose(edge: Edge | undefined): void
}

function EdgeTable({ people, edges, selected, choose }: TableProps) {
  return (
    <div class="scroll edges" role="region" aria-label="Ways of handoffs" tabIndex={0}>
      <table>
        <caption class="unseen">Handoffs by who gives and who takes</caption>
        <thead>
          <tr>
            <th scope="col">From, to</th>
            <th scope="col" class="number">
              Count
            </th>
            <th scope="col" class="number">
              Failed
            </th>
            <th scope="col" class="number">
              p95
            </th>
            <th scope="col" class="number">
              Cost
            </th>
          </tr>
        </thead>
        <tbody>
          {edges.map((edge) => (
            <tr key={JSON.stringify([edge.from, edge.to])}>
              <th scope="row">
                <button
                  type="button"
                  class="plain"
                  aria-pressed={edge === selected}
                  onClick={() => choose(edge === selected ? undefined : edge)}
                >
                  <bdi>{people.of(edge.from).name}</bdi> → <bdi>{people.of(edge.to).name}</bdi>
                </button>
              </th>
              <td class="number">{countOf(edge.count)}</td>
              <td class={`number${edge.failures > 0 ? ' bad' : ''}`}>
                {edge.failures > 0 && '✕ '}
                {countOf(edge.failures)}
              </td>
              <td class="number">{edge.p95Ms === null ? '' : duration(edge.p95Ms)}</td>
              <td class="number">{edge.cost === null ? '' : money(edge.cost)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
