/** All agents that anything was told of, whether they are here now or not. */

import { useState } from 'preact/hooks'
import { tracesOf } from '../costs/drill.ts'
import { ago, countOf, money } from '../format.ts'
import { Link } from '../link.tsx'
import { useNow } from '../refresh.ts'
import type { Agents } from '../types.ts'

/** Rows at first, count: of more the others come when they are asked for. */
const ROWS = 100

export function AgentTable({ agents }: Agents) {
  const now = useNow()
  const [all, setAll] = useState(false)
  const shown = agents.toSorted((a, b) => b.lastUs - a.lastUs).slice(0, all ? undefined : ROWS)
  return (
    <section class="panel" aria-label="Agents seen">
      <h2>
        Agents seen in traces <span class="muted">({countOf(agents.length)})</span>
      </h2>
      {agents.length === 0 ? (
        <p class="muted">None yet: they appear with their first span.</p>
      ) : (
        <div class="scroll" tabIndex={0} role="group" aria-label="Agents seen, table">
          <table>
            <Head />
            <tbody>
              {shown.map((one) => (
                <Row key={one.agent} of={one} now={now} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {shown.length < agents.length && (
        <button type="button" onClick={() => setAll(true)}>
          Show all {countOf(agents.length)}
        </button>
      )}
    </section>
  )
}

const Head = () => (
  <thead>
    <tr>
      <th scope="col">Agent</th>
      <th scope="col">Last span</th>
      {['Spans', 'Failed', 'Tokens', 'Cost'].map((name) => (
        <th key={name} scope="col" class="number">
          {name}
        </th>
      ))}
      <th scope="col">Told by</th>
    </tr>
  </thead>
)

interface RowProps {
  readonly of: Agents['agents'][number]
  readonly now: number
}

function Row({ of: { agent, by, spans, errors, lastUs, tokens, cost }, now }: RowProps) {
  return (
    <tr>
      <th scope="row">
        <Link to={tracesOf({ agent })}>
          <bdi class="called">{agent}</bdi>
        </Link>
      </th>
      <td class="nowrap">{ago(lastUs, now)}</td>
      <td class="number">{countOf(spans)}</td>
      <td class="number">{countOf(errors)}</td>
      <td class="number">{countOf(tokens)}</td>
      <td class="number">{money(cost)}</td>
      <td>
        {by.slice(0, 3).map((one) => (
          <div key={one}>
            <bdi class="called mono">{one}</bdi>
          </div>
        ))}
        {by.length > 3 && <div class="muted">and {by.length - 3} more</div>}
      </td>
    </tr>
  )
}
