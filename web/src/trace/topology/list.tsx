/** Handoffs one by one, all or those of one way; what failed stands first. */

import { useMemo, useState } from 'preact/hooks'
import { countOf, duration, moment, money } from '../../format.ts'
import { Link } from '../../link.tsx'
import { Status } from '../../parts/status.tsx'
import { withQuery } from '../../route.ts'
import type { Handoff } from '../../types.ts'
import type { People } from '../people.ts'
import { hasFailed } from '../sequence/messages.ts'
import { splitWords, tookMs } from '../sequence/split.ts'
import type { Edge } from './edges.ts'

/** Rows at first, and more of each turn, count. */
const ROWS = 50

interface ListProps {
  readonly handoffs: readonly Handoff[]
  readonly people: People
  readonly edge: Edge | undefined
  all(): void
}

export function HandoffList({ handoffs, people, edge, all }: ListProps) {
  const [rows, setRows] = useState(ROWS)
  const ordered = useMemo(
    () => [...handoffs.filter(hasFailed), ...handoffs.filter((one) => !hasFailed(one))],
    [handoffs]
  )
  return (
    <>
      <div class="row">
        <h2>
          {edge === undefined ? (
            'All handoffs'
          ) : (
            <>
              Handoffs from <bdi>{people.of(edge.from).name}</bdi> to{' '}
              <bdi>{people.of(edge.to).name}</bdi>
            </>
          )}
        </h2>
        {edge !== undefined && (
          <button type="button" onClick={all}>
            Show all
          </button>
        )}
      </div>
      <div class="scroll" role="region" aria-label="Handoffs" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Status</th>
              <th scope="col">Skill</th>
              <th scope="col">From, to</th>
              <th scope="col">Offered</th>
              <th scope="col" class="number">
                Took
              </th>
              <th scope="col">Of that</th>
              <th scope="col" class="number">
                Cost
              </th>
            </tr>
          </thead>
          <tbody>
            {ordered.slice(0, rows).map((one) => (
              <Row key={one.id} of={one} people={people} />
            ))}
          </tbody>
        </table>
      </div>
      {ordered.length > rows && (
        <p>
          <button type="button" onClick={() => setRows(rows + 4 * ROWS)}>
            Show more of {countOf(ordered.length)}
          </button>
        </p>
      )}
    </>
  )
}

function Row({ of, people }: { readonly of: Handoff; readonly people: People }) {
  const { status, error, skill, from, to, offeredUs, cost, spans, disagreements } = of
  const span = spans.taker ?? spans.giver ?? undefined
  const took = tookMs(of)
  const name = <bdi>{skill ?? 'work'}</bdi>
  return (
    <tr>
      <td>
        <Status of={status} />
        {error !== null && error.code !== status && (
          <>
            {' '}
            <code class="clip">
              <bdi>{error.code}</bdi>
            </code>
          </>
        )}
        {disagreements.length > 0 && <div class="muted clip">≠ {disagreements.join('; ')}</div>}
      </td>
      <td>
        {span === undefined ? (
          name
        ) : (
          <Link to={withQuery({ span })} class="clip">
            {name}
          </Link>
        )}
      </td>
      <td>
        <span class="clip">
          <bdi>{people.of(from).name}</bdi>
        </span>{' '}
        →{' '}
        <span class="clip">
          <bdi>{people.of(to).name}</bdi>
        </span>
      </td>
      <td class="time">{offeredUs === null ? 'not told' : moment(offeredUs).slice(11)}</td>
      <td class="number">{took === null ? '' : duration(took)}</td>
      <td class="muted">{splitWords(of)}</td>
      <td class="number">{cost === null ? '' : money(cost)}</td>
    </tr>
  )
}
