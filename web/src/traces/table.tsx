/** Traces as a table. */

import { countOf, duration, moment, money } from '../format.ts'
import { Link } from '../link.tsx'
import { Status } from '../parts/status.tsx'
import type { TraceSummary } from '../types.ts'

export function TraceTable({ traces }: { readonly traces: readonly TraceSummary[] }) {
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Status</th>
            <th scope="col">Name</th>
            <th scope="col">Agents</th>
            <th scope="col">Began</th>
            <th scope="col" class="number">
              Took
            </th>
            <th scope="col" class="number">
              Spans
            </th>
            <th scope="col" class="number">
              Cost
            </th>
          </tr>
        </thead>
        <tbody>
          {traces.map((one) => (
            <Row key={one.trace} of={one} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({ of }: { readonly of: TraceSummary }) {
  const { trace, name, status, agents, startUs, endUs, spans, cost, costSource } = of
  return (
    <tr>
      <td>
        <Status of={status} />
      </td>
      <td>
        <Link to={`/trace/${trace}`}>
          <bdi>{name === '' ? trace : name}</bdi>
        </Link>
      </td>
      <td>
        <bdi>{agents.join(', ')}</bdi>
      </td>
      <td>{moment(startUs)}</td>
      <td class="number">{endUs === null ? '…' : duration((endUs - startUs) / 1_000)}</td>
      <td class="number">{countOf(spans)}</td>
      <td class="number">{costSource === 'none' ? '' : money(cost)}</td>
    </tr>
  )
}
