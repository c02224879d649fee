/** Who belongs to a network that has an owner, and who no longer does. */

import { ago, moment, tail } from '../format.ts'
import { hint } from '../hint.ts'
import { useNow } from '../refresh.ts'
import type { Network } from '../types.ts'

type Member = NonNullable<Network['members']>[number]

const STATES: Readonly<Record<Member['state'], string>> = {
  member: '✓ member',
  expired: '! expired',
  revoked: '✕ put out',
  moved: '→ has another id now'
}

interface MembersProps {
  readonly members: readonly Member[]
}

export function MemberTable({ members }: MembersProps) {
  const now = useNow()
  if (members.length === 0) {
    return <p class="muted">This network has no owner: whoever finds it belongs to it.</p>
  }
  return (
    <section class="panel" aria-label="Members">
      <h2>Members</h2>
      <div class="scroll" tabIndex={0} role="group" aria-label="Members, table">
        <table>
          <thead>
            <tr>
              {['Name', 'State', 'Roles', 'Until', 'Last seen'].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {members.map((one) => (
              <Row key={one.id} of={one} now={now} />
            ))}
          </tbody>
        </table>
      </div>
      <p class="muted">
        To invite or to put out somebody: <code>npx peerwork invite</code>,{' '}
        <code>npx peerwork revoke &lt;member&gt;</code>, at an agent that may.
      </p>
    </section>
  )
}

function Row({ of, now }: { readonly of: Member; readonly now: number }) {
  const { id, name, state, roles, expires, lastSeen, connected, self, reason } = of
  const seen = lastSeen === null ? 'never by this observer' : ago(lastSeen * 1_000, now)
  return (
    <tr>
      <th scope="row">
        <bdi class="called">{name}</bdi>
        {self && <span class="muted"> (this observer)</span>}
        <br />
        <code class="muted" title={hint(id)}>
          {tail(id)}
        </code>
      </th>
      <td>
        <span class="nowrap">{STATES[state]}</span>
        {reason !== null && (
          <div class="muted">
            <bdi class="called">{reason}</bdi>
          </div>
        )}
      </td>
      <td>{roles.join(', ')}</td>
      <td class="nowrap">{moment(expires * 1_000).slice(0, 16)}</td>
      <td class="nowrap">{self || connected ? '● connected' : seen}</td>
    </tr>
  )
}
