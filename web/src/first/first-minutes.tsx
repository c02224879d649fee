/** What an empty observer shows: how to send the first trace, or a sample to look at. */

import { useState } from 'preact/hooks'
import { ApiError, get, send } from '../api.ts'
import { useLoad } from '../load.ts'
import { Lines } from './copy.tsx'
import './first.css'
import { agentLines, curlLine, NO_KEY, otlpLines, randomHex } from './lines.ts'
import type { Place } from './lines.ts'
import { madeKey } from './made.ts'
import type { MadeKey } from './made.ts'
import { LoadSample } from './sample.tsx'

interface Known {
  readonly admin: boolean
  /** Nothing for an observer without an agent. */
  readonly place: (Place & { readonly owned: boolean }) | undefined
}

interface Me {
  readonly scopes: readonly string[]
}
interface Network {
  readonly agent: (Place & { readonly membership: object | null }) | null
}

async function look(signal: AbortSignal): Promise<Known> {
  const [me, network] = await Promise.all([
    get<Me>('/api/v1/me', {}, signal),
    // An observer that knows no network says so; the other two ways remain.
    get<Network>('/api/v1/network', {}, signal).catch(() => undefined)
  ])
  const agent = network?.agent ?? undefined
  return {
    admin: me.scopes.includes('admin'),
    place: agent && { ...agent, owned: agent.membership !== null }
  }
}

/** @param again loads the list once there may be something in it */
export function FirstMinutes({ again }: { readonly again: () => void }) {
  const { value } = useLoad('first minutes', look)
  const admin = value?.admin ?? false
  return (
    <div class="first">
      <h2>No traces yet</h2>
      <p>
        Send the first one in any of these ways: this page turns into the list as it arrives. Or
        look around first:
      </p>
      {admin && <LoadSample again={again} />}
      <Agent place={value?.place} />
      <OverHttp admin={admin} />
    </div>
  )
}

function Agent({ place }: { readonly place: Known['place'] }) {
  if (place === undefined) {
    return (
      <section class="panel">
        <h3>A Peerwork agent</h3>
        <p class="muted">
          This observer runs without an agent, so it hears of no network. Started without{' '}
          <code>--no-network</code>, it collects by itself what agents tell.
        </p>
      </section>
    )
  }
  const [up, run] = agentLines(place)
  return (
    <section class="panel">
      <h3>A Peerwork agent</h3>
      <p>
        Whatever agents of the network <bdi>{place.network}</bdi> do is seen here by itself.
        {place.owned
          ? ' It is a network of members: invite a machine with “npx peerwork invite”, join it ' +
            'with the line that is printed, then start an agent and give it a task:'
          : ' Start one:'}
      </p>
      <Lines what="the line that starts an agent" text={up} />
      <p>In another terminal, give it a task:</p>
      <Lines what="the line that gives it a task" text={run} />
    </section>
  )
}

interface Making {
  readonly busy: boolean
  readonly error?: string
}

function OverHttp({ admin }: { readonly admin: boolean }) {
  const [making, setMaking] = useState<Making>({ busy: false })
  const [ids] = useState(() => ({ trace: randomHex(32), span: randomHex(16) }))
  const make = (): void => {
    setMaking({ busy: true })
    const asked = { name: `first-${randomHex(6)}`, scopes: ['ingest'] }
    send<{ readonly key: string }>('POST', '/api/v1/keys', asked).then(
      ({ key }) => {
        madeKey.value = { key, isTaken: false }
        setMaking({ busy: false })
      },
      (thrown: unknown) => {
        const error = thrown instanceof ApiError ? thrown.message : String(thrown)
        setMaking({ busy: false, error })
      }
    )
  }
  const made = madeKey.value
  const key = made?.key ?? NO_KEY
  const notYet = made === undefined ? 'Make a key first' : undefined
  const url = location.origin
  return (
    <section class="panel">
      <h3>Any program, over HTTP</h3>
      <KeyButton {...{ admin, making, make }} />
      <h4>OpenTelemetry</h4>
      <p>The SDKs of all languages read these variables:</p>
      <Lines what="the variables for OpenTelemetry" text={otlpLines(url, key)} notYet={notYet} />
      <h4>curl</h4>
      <p>One span, as one line:</p>
      <Lines what="the line for curl" text={curlLine({ url, key, ...ids })} notYet={notYet} />
    </section>
  )
}

interface KeyProps {
  readonly admin: boolean
  readonly making: Making
  readonly make: () => void
}

function KeyButton({ admin, making, make }: KeyProps) {
  if (madeKey.value !== undefined) return <KeyMade made={madeKey.value} />
  if (!admin) {
    return (
      <p>
        You need a key that may send: ask whoever runs this observer, and put it in place of{' '}
        <code>{NO_KEY}</code>.
      </p>
    )
  }
  return (
    <p class="row">
      <button type="button" disabled={making.busy} onClick={make}>
        {making.busy ? 'Making a key …' : 'Make a key'}
      </button>
      <span class="muted">A program needs one to send; the lines below are then complete.</span>
      {making.error !== undefined && (
        <span role="alert">
          No key was made. <bdi>{making.error}</bdi>
        </span>
      )}
    </p>
  )
}

/** What was made is not lost when a trace arrives: the list shows it until it was taken. */
function KeyMade({ made }: { readonly made: MadeKey }) {
  return (
    <div class="row">
      <p role="status">
        ✓ The key stands in the lines below. It may send, and nothing else;{' '}
        {made.isTaken ? 'it is not shown again.' : 'it is shown until you have it.'}
      </p>
      {!made.isTaken && (
        <button type="button" onClick={() => (madeKey.value = { ...made, isTaken: true })}>
          I have it
        </button>
      )}
    </div>
  )
}
