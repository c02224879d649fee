/** The observer's own agent: who it is, how it is, and what is wrong. */

import { ago, moment } from '../format.ts'
import { Copy } from '../parts/copy.tsx'
import { useNow } from '../refresh.ts'
import type { Network } from '../types.ts'

type Agent = NonNullable<Network['agent']>

const STATES: Readonly<Record<Agent['state'], readonly [string, string]>> = {
  ok: ['ok', '✓ ok'],
  degraded: ['canceled', '! degraded'],
  down: ['error', '✕ down']
}

export function Own({ agent }: { readonly agent: Agent }) {
  const now = useNow()
  const [tone, words] = STATES[agent.state]
  const troubles = agent.findings.filter(({ level }) => level !== 'pass')
  return (
    <section class="panel" aria-label="This observer">
      <div class="row">
        <h2>
          <bdi>{agent.name}</bdi>
        </h2>
        <span class={`status ${tone}`}>{words}</span>
        <span class="muted">
          this observer’s own agent, version <bdi>{agent.version}</bdi>, since{' '}
          {ago(agent.started * 1_000, now)}
        </span>
      </div>
      <dl class="pairs">
        <dt>Network</dt>
        <dd>
          <bdi>{agent.membership?.name ?? agent.network}</bdi>
          {agent.membership === null && ' (open: whoever finds it can join)'}
        </dd>
        {agent.membership !== null && <Membership of={agent.membership} />}
        <dt>Id</dt>
        <dd>
          <code>{agent.id}</code>
        </dd>
        {agent.links.map((link) => (
          <Link key={`${link.kind} ${link.address}`} of={link} now={now} />
        ))}
      </dl>
      <Addresses of={agent.addresses} />
      {troubles.length > 0 && (
        <ul class="bare" aria-label="What is not as it should be">
          {troubles.map(({ code, level, what, why, hint }) => (
            <li key={code} class={level === 'fail' ? 'failure' : 'notice'}>
              <strong>
                {level === 'fail' ? '✕' : '!'} {what}:
              </strong>{' '}
              <bdi>{why}</bdi>
              {hint !== null && (
                <>
                  <br />
                  <bdi>{hint}</bdi>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function Membership({ of }: { readonly of: NonNullable<Agent['membership']> }) {
  const { roles, expires, problems } = of
  return (
    <>
      <dt>Roles</dt>
      <dd>
        {roles.length === 0 ? 'guest' : roles.join(', ')}
        {expires !== null && <span class="muted"> until {moment(expires * 1_000)}</span>}
        {!roles.includes('observe') && roles.length > 0 && (
          <p class="notice">
            Without the role <code>observe</code> this observer is told nothing of the network. Ask
            an admin for an invitation with that role.
          </p>
        )}
        {problems.map(({ code, message }) => (
          <p key={code} class="notice">
            <bdi>{message}</bdi>
          </p>
        ))}
      </dd>
    </>
  )
}

function Link({ of, now }: { readonly of: Agent['links'][number]; readonly now: number }) {
  const { kind, address, state, since, error } = of
  return (
    <>
      <dt>{kind === 'relay' ? 'Relay' : 'Bootstrap'}</dt>
      <dd>
        {state === 'up' ? '✓ up' : state === 'down' ? '✕ down' : '… connecting'} since{' '}
        {ago(since * 1_000, now)}: <bdi class="mono">{address}</bdi>
        {error !== null && (
          <>
            {' '}
            <bdi class="wrong">{error}</bdi>
          </>
        )}
      </dd>
    </>
  )
}

function Addresses({ of }: { readonly of: readonly string[] }) {
  if (of.length === 0) return <p class="muted">It cannot be dialled: it has no address.</p>
  return (
    <details>
      <summary>
        {of.length === 1 ? 'Its address' : `Its ${of.length} addresses`}, for --bootstrap of others
      </summary>
      {of.map((address, at) => (
        <Copy key={address} text={address} what={`address ${at + 1}`} />
      ))}
    </details>
  )
}
