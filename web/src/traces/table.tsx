/**
 * Traces as a table; on a narrow screen each is a card. It stays a table for screen readers: its
 * roles are written out, because browsers take them away where a table is laid out as blocks.
 */

import type { ComponentChildren } from 'preact'
import { ago, countOf, duration, moment, money } from '../format.ts'
import { hint, hints } from '../hint.ts'
import { Link } from '../link.tsx'
import { Status } from '../parts/status.tsx'
import type { TraceSummary } from '../types.ts'
import { useNow } from './now.ts'
import './traces.css'

const COLUMNS = [
  ...['Status', 'Name', 'Agents', 'Began', 'Took', 'Spans', 'Errors', 'Tokens', 'Cost', 'Marks']
] as const
type Column = (typeof COLUMNS)[number]
const NUMBERS: ReadonlySet<string> = new Set(['Took', 'Spans', 'Errors', 'Tokens', 'Cost'])
/** Agents that a row names, count; the others are counted. */
const NAMED_MAX = 3

interface TableProps {
  readonly traces: readonly TraceSummary[]
  /** Ids that just came in. */
  readonly fresh?: ReadonlySet<string>
}

export function TraceTable({ traces, fresh }: TableProps) {
  const now = useNow()
  return (
    <table class="traces" role="table" aria-label="Traces">
      <thead role="rowgroup">
        <tr role="row">
          {COLUMNS.map((name) => (
            <th key={name} scope="col" role="columnheader" class={classOf(name)}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {traces.map((one) => (
          <Row key={one.trace} of={one} now={now} isFresh={fresh?.has(one.trace) === true} />
        ))}
      </tbody>
    </table>
  )
}

const classOf = (column: string): string =>
  `${column.toLowerCase()}${NUMBERS.has(column) ? ' number' : ''}`

interface CellProps {
  readonly of: Column
  readonly children: ComponentChildren
}

/** On a card, what the column is called stands before the value. */
const Cell = ({ of, children }: CellProps) => (
  <td role="cell" class={classOf(of)} data-label={of}>
    {children}
  </td>
)

interface RowProps {
  readonly of: TraceSummary
  readonly now: number
  readonly isFresh: boolean
}

function Row({ of, now, isFresh }: RowProps) {
  const { trace, name, status, agents, startUs, endUs, spans, errors, tokens } = of
  const took = endUs === null ? `${duration(Math.max(0, now - startUs / 1_000))} so far` : undefined
  return (
    <tr role="row" class={isFresh ? 'fresh' : ''}>
      <Cell of="Status">
        <Status of={status} />
      </Cell>
      <Cell of="Name">
        <Link to={`/trace/${trace}`} class="open-trace" title={name === '' ? trace : hint(name)}>
          <bdi>{name === '' ? trace : name}</bdi>
        </Link>
      </Cell>
      <Cell of="Agents">
        <Agents of={agents} />
      </Cell>
      <Cell of="Began">
        {startUs > 0 && (
          <time dateTime={new Date(startUs / 1_000).toISOString()} title={moment(startUs)}>
            {ago(startUs, now)}
          </time>
        )}
      </Cell>
      <Cell of="Took">{endUs === null ? took : duration((endUs - startUs) / 1_000)}</Cell>
      <Cell of="Spans">{countOf(spans)}</Cell>
      <Cell of="Errors">
        <span class={errors > 0 ? 'some' : 'muted'}>{countOf(errors)}</span>
      </Cell>
      <Cell of="Tokens">{tokens === 0 ? <span class="muted">0</span> : countOf(tokens)}</Cell>
      <Cell of="Cost">{of.costSource !== 'none' && <Cost {...of} />}</Cell>
      <Cell of="Marks">
        {of.sealed && <Sealed />}
        {of.pinned && <Pinned />}
      </Cell>
    </tr>
  )
}

function Agents({ of }: { readonly of: readonly string[] }) {
  const more = of.length - NAMED_MAX
  return (
    <span title={hints(of)}>
      {of.slice(0, NAMED_MAX).map((agent, at) => (
        <span key={agent}>
          {at > 0 && ', '}
          <bdi>{agent}</bdi>
        </span>
      ))}
      {more > 0 && ` and ${more} more`}
    </span>
  )
}

/** A sum, and how sure it is. */
function Cost({ cost, costSource }: Pick<TraceSummary, 'cost' | 'costSource'>) {
  if (costSource === 'reported') return <span title="As those say who ran it.">{money(cost)}</span>
  if (costSource === 'estimated') {
    return (
      <span title="Estimated from tokens and a dated price table.">
        <abbr>est.</abbr> {money(cost)}
      </span>
    )
  }
  const why = 'A model in it has no known price.'
  if (cost === 0) return <span title={why}>unknown</span>
  return (
    <span title={why}>
      <abbr>from</abbr> {money(cost)}
    </span>
  )
}

const Sealed = () => (
  <span class="mark sealed" title="Every span was signed by the agent that did it.">
    sealed
  </span>
)

const Pinned = () => (
  <span class="mark" title="Kept whatever retention says.">
    pinned
  </span>
)
