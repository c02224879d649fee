/** The alerts of one state, newest first, page by page. */

import { get } from '../api.ts'
import { Link } from '../link.tsx'
import { useLoad } from '../load.ts'
import { Empty, Failure, Loading } from '../parts/states.tsx'
import { useNews } from '../refresh.ts'
import { change, query, withQuery } from '../route.ts'
import type { Alert, KeptRule, Page } from '../types.ts'
import { AlertCard } from './alert-card.tsx'

const PAGE = 25
const STATES = [
  ['open', 'Open'],
  ['acknowledged', 'Acknowledged'],
  ['resolved', 'Resolved'],
  ['all', 'All']
] as const

export function AlertList({ rules }: { readonly rules: readonly KeptRule[] }) {
  const asked = query.value.get('state')
  const [state] = STATES.find(([one]) => one === asked) ?? STATES[0]
  const after = query.value.get('after') ?? undefined
  const { value, error, again, loading } = useLoad(`alerts ${state} ${after}`, (signal) => {
    const only = state === 'all' ? undefined : state
    return get<Page<Alert>>('/api/v1/alerts', { state: only, after, limit: PAGE }, signal)
  })
  useNews({ again, loading })
  return (
    <>
      <div class="row" role="group" aria-label="State">
        {STATES.map(([one, words]) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === state}
            onClick={() => change({ state: one === 'open' ? undefined : one, after: undefined })}
          >
            {words}
          </button>
        ))}
      </div>
      {error && <Failure what="Alerts" error={error} again={again} />}
      {value === undefined && !error && <Loading what="alerts" />}
      {value?.items.length === 0 && <None state={state} older={after !== undefined} />}
      <ul class="bare" aria-label="Alerts">
        {value?.items.map((alert) => (
          <AlertCard
            key={alert.id}
            alert={alert}
            rule={rules.find(({ id }) => id === alert.rule)}
            again={again}
          />
        ))}
      </ul>
      <nav class="row" aria-label="Pages">
        {after !== undefined && <Link to={withQuery({ after: undefined })}>Newest</Link>}
        {value?.next !== undefined && <Link to={withQuery({ after: value.next })}>Older</Link>}
      </nav>
    </>
  )
}

function None({ state, older }: { readonly state: string; readonly older: boolean }) {
  if (older) return <Empty title="There are no older ones" />
  return (
    <Empty title={state === 'open' ? 'Nothing needs you' : `No alerts are here`}>
      <p>
        {state === 'open'
          ? 'No rule has found anything that is open. New alerts appear here by themselves.'
          : state === 'all'
            ? 'No rule has found anything yet.'
            : `No alert is ${state}.`}
      </p>
      <p>
        <Link to="/alerts?tab=rules">See what is watched for</Link>
      </p>
    </Empty>
  )
}
