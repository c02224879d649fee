/** All links that were given away: who made them, who looked, and a way to take them back. */

import { useState } from 'preact/hooks'
import { ApiError, get, send } from '../api.ts'
import { countOf, moment, tail } from '../format.ts'
import { Link } from '../link.tsx'
import { useLoad } from '../load.ts'
import { Failure, Loading } from '../parts/states.tsx'
import './share.css'
import type { Profile, Share } from './types.ts'

const STATES: Readonly<Record<Share['state'], string>> = {
  ...{ open: '● open', expired: '○ expired', revoked: '⊘ revoked', 'used-up': '○ used up' }
}
const SHOWN: Readonly<Record<Profile, string>> = {
  ...{ shape: 'shape only', names: 'with names', 'full-metadata': 'all metadata' }
}

export function SharesList() {
  const { value, error, again } = useLoad('shares', (signal) =>
    get<{ readonly shares: readonly Share[] }>('/api/v1/shares', {}, signal)
  )
  const [trouble, setTrouble] = useState<string>()
  const revoke = async (id: string): Promise<void> => {
    setTrouble(undefined)
    try {
      await send('DELETE', `/api/v1/shares/${id}`)
    } catch (thrown) {
      setTrouble(thrown instanceof ApiError ? thrown.message : String(thrown))
    }
    again()
  }
  if (error && value === undefined) return <Failure what="The links" error={error} again={again} />
  if (value === undefined) return <Loading what="links" rows={3} />
  if (value.shares.length === 0) {
    return <p class="muted">No run was shared yet. A run’s page has the button for it.</p>
  }
  return (
    <>
      {trouble !== undefined && (
        <p class="failure" role="alert">
          {trouble}
        </p>
      )}
      <Table shares={value.shares} revoke={(id) => void revoke(id)} />
    </>
  )
}

interface TableProps {
  readonly shares: readonly Share[]
  readonly revoke: (id: string) => void
}

function Table({ shares, revoke }: TableProps) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Links that were given away">
      <table class="shares">
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Run</th>
            <th scope="col">Shows</th>
            <th scope="col">Made</th>
            <th scope="col">Ends</th>
            <th scope="col" class="number">
              Views
            </th>
            <th scope="col">Last view</th>
            <th scope="col">
              <span class="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shares.map((one) => (
            <Row key={one.id} of={one} revoke={revoke} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

const at = (ms: number): string => moment(ms * 1_000).slice(0, 16)

interface RowProps {
  readonly of: Share
  readonly revoke: (id: string) => void
}

function Row({ of, revoke }: RowProps) {
  const { id, trace, profile, by, created, expires, views, maxViews, seen, state } = of
  return (
    <tr>
      <td>{STATES[state]}</td>
      <td>
        <Link to={`/trace/${trace}`} title={trace}>
          <code>{tail(trace)}</code>
        </Link>
      </td>
      <td>{SHOWN[profile]}</td>
      <td>
        {at(created)} by <bdi>{by}</bdi>
      </td>
      <td>{at(expires)}</td>
      <td class="number">
        {countOf(views)}
        {maxViews !== null && ` of ${countOf(maxViews)}`}
      </td>
      <td>{seen === null ? 'never' : at(seen)}</td>
      <td>
        {state === 'open' && (
          <button type="button" aria-label={`Revoke link ${id}`} onClick={() => revoke(id)}>
            Revoke
          </button>
        )}
      </td>
    </tr>
  )
}
