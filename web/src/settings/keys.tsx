/** API keys: made once, shown once, revoked at once. */

import { useState } from 'preact/hooks'
import { get, send } from '../api.ts'
import { ago, moment } from '../format.ts'
import { useLoad } from '../load.ts'
import { useMe } from '../me.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { Failure, Loading } from '../parts/states.tsx'
import { TableHead } from '../parts/table-head.tsx'
import { useNow } from '../refresh.ts'
import type { Keys, NewKey } from '../types.ts'
import { KeyForm } from './key-form.tsx'
import { KeyShown } from './key-shown.tsx'

type Key = Keys['keys'][number]

export function KeyList() {
  const me = useMe()
  const may = me?.scopes.includes('admin') ?? false
  const { value, error, again } = useLoad(`keys ${may}`, async (signal) =>
    may ? get<Keys>('/api/v1/keys', {}, signal) : { keys: [] }
  )
  const [making, setMaking] = useState(false)
  const [made, setMade] = useState<NewKey>()
  const [revoking, setRevoking] = useState<Key>()
  if (me !== undefined && !may) {
    return <p class="muted">The list of keys is shown to admins alone.</p>
  }
  const done = (key: NewKey): void => {
    setMaking(false)
    setMade(key)
    again()
  }
  return (
    <>
      {made && <KeyShown made={made} close={() => setMade(undefined)} />}
      {making ? (
        <KeyForm done={done} close={() => setMaking(false)} />
      ) : (
        <p class="row">
          <button type="button" class="main" onClick={() => setMaking(true)}>
            New key
          </button>
          <span class="muted">For programs that send traces, and for those that read them.</span>
        </p>
      )}
      {error && <Failure what="Keys" error={error} again={again} />}
      {value === undefined && !error && <Loading what="keys" rows={3} />}
      {value !== undefined && <KeyTable keys={value.keys} revoke={setRevoking} />}
      {revoking && <Revoke of={revoking} again={again} close={() => setRevoking(undefined)} />}
    </>
  )
}

interface TableProps {
  readonly keys: readonly Key[]
  readonly revoke: (key: Key) => void
}

function KeyTable({ keys, revoke }: TableProps) {
  const now = useNow()
  if (keys.length === 0) {
    return <p class="muted">There is no key yet: without one nothing can be sent over HTTP.</p>
  }
  return (
    <div class="panel scroll" tabIndex={0} role="group" aria-label="Keys, table">
      <table>
        <TableHead names={['Name', 'Scopes', 'State', 'Last used', 'Made']} action="Revoke" />
        <tbody>
          {keys.toReversed().map((key) => (
            <tr key={key.id}>
              <th scope="row">
                <bdi class="called">{key.name}</bdi>
              </th>
              <td>{key.scopes.join(', ')}</td>
              <td class="nowrap">{stateOf(key, now)}</td>
              <td class="nowrap">{key.used === null ? 'never' : ago(key.used * 1_000, now)}</td>
              <td class="nowrap">{ago(key.created * 1_000, now)}</td>
              <td>
                {isAlive(key, now) && (
                  <button
                    type="button"
                    class="danger"
                    aria-label={`Revoke ${key.name}`}
                    onClick={() => revoke(key)}
                  >
                    Revoke
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const isAlive = ({ revoked, expires }: Key, now: number): boolean =>
  revoked === null && (expires === null || expires > now)

function stateOf(key: Key, now: number): string {
  if (key.revoked !== null) return `✕ revoked ${ago(key.revoked * 1_000, now)}`
  if (key.expires === null) return '✓ until revoked'
  const until = moment(key.expires * 1_000).slice(0, 16)
  return key.expires > now ? `✓ until ${until}` : `– expired ${until}`
}

interface RevokeProps {
  readonly of: Key
  readonly again: () => void
  readonly close: () => void
}

const BREAKS: Readonly<Record<Key['scopes'][number], string>> = {
  ingest: 'Programs that send traces with it are refused (401): what they send is lost.',
  read: 'Programs that read with it are refused: dashboards, scripts, MCP, live views at once.',
  admin: 'Programs that administer with it are refused.'
}

function Revoke({ of: { id, name, scopes, used }, again, close }: RevokeProps) {
  const now = useNow()
  return (
    <Confirm
      title="Revoke this key?"
      action="Revoke the key"
      onClose={close}
      onConfirm={async () => {
        await send('DELETE', `/api/v1/keys/${encodeURIComponent(id)}`)
        again()
      }}
    >
      <p>
        “<bdi>{name}</bdi>” stops working at once, and cannot be brought back.
      </p>
      <ul>
        {scopes.map((scope) => (
          <li key={scope}>{BREAKS[scope]}</li>
        ))}
      </ul>
      <p>
        <strong>
          {used === null ? 'It was never used.' : `It was used last ${ago(used * 1_000, now)}.`}
        </strong>{' '}
        Traces that came with it stay.
      </p>
    </Confirm>
  )
}
