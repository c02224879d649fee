/** The newest handoffs, to pick one. */

import { get } from '../api.ts'
import { ago, duration } from '../format.ts'
import { Link } from '../link.tsx'
import { useLoad } from '../load.ts'
import { Failure, Loading } from '../parts/states.tsx'
import { Status } from '../parts/status.tsx'
import { useNews, useNow } from '../refresh.ts'
import { withQuery } from '../route.ts'
import type { Handoff, Page } from '../types.ts'
import { called } from './names.ts'
import type { Names } from './names.ts'

const SHOWN = 30

/** Handoffs of agents are called after the task, and whom it was given to. */
export const taskOf = (handoff: string): string => /^([0-9a-f]{32})\//.exec(handoff)?.[1] ?? handoff

export function Recent({ names }: { readonly names: Names }) {
  const { value, error, again, loading } = useLoad('recent', (signal) =>
    get<Page<Handoff>>('/api/v1/handoffs', { limit: SHOWN }, signal)
  )
  const now = useNow()
  useNews({ again, loading })
  return (
    <section class="panel" aria-label="Recent tasks">
      <h2>Recent</h2>
      {error && <Failure what="Handoffs" error={error} again={again} />}
      {value === undefined && !error && <Loading what="recent tasks" />}
      {value?.items.length === 0 && (
        <p class="muted">None yet: a task appears here as soon as an agent gives one to another.</p>
      )}
      {value !== undefined && value.items.length > 0 && (
        <div class="scroll" tabIndex={0} role="group" aria-label="Recent tasks, table">
          <table>
            <thead>
              <tr>
                {['Status', 'Skill', 'From', 'To', 'Offered'].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
                <th scope="col" class="number">
                  Took
                </th>
              </tr>
            </thead>
            <tbody>
              {value.items.map((one) => (
                <Row key={`${one.trace} ${one.id}`} of={one} names={names} now={now} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

interface RowProps {
  readonly of: Handoff
  readonly names: Names
  readonly now: number
}

function Row({ of, names, now }: RowProps) {
  const { id, trace, status, skill, from, to, offeredUs, split } = of
  return (
    <tr>
      <td>
        <Status of={status} />
      </td>
      <td>
        <Link to={withQuery({ tab: 'task', task: taskOf(id), trace })}>
          <bdi class="called">{skill ?? id}</bdi>
        </Link>
      </td>
      <td>
        <bdi class="called">{called(from, names)}</bdi>
      </td>
      <td>
        <bdi class="called">{called(to, names)}</bdi>
      </td>
      <td class="nowrap">{offeredUs === null ? '' : ago(offeredUs, now)}</td>
      <td class="number">{split.totalMs === null ? '' : duration(split.totalMs)}</td>
    </tr>
  )
}
