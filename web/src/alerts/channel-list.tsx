/** Where alerts are sent, and whether they arrive. */

import { useState } from 'preact/hooks'
import { send } from '../api.ts'
import type { ApiError } from '../api.ts'
import { ago } from '../format.ts'
import { useMayChange, WHY_NOT } from '../me.tsx'
import { Confirm, Dialog } from '../parts/dialog.tsx'
import { Copy } from '../parts/copy.tsx'
import { Empty } from '../parts/states.tsx'
import { useNow, useRefresh } from '../refresh.ts'
import { change, query } from '../route.ts'
import type { Channels } from '../types.ts'
import { ChannelForm } from './channel-form.tsx'

type Channel = Channels['channels'][number]

/** Between two looks, ms: deliveries go on by themselves. */
const LOOK_MS = 5_000

interface ListProps {
  readonly channels: readonly Channel[]
  readonly again: () => void
}

export function ChannelList({ channels, again }: ListProps) {
  const may = useMayChange()
  const [secret, setSecret] = useState<string>()
  const [removing, setRemoving] = useState<Channel>()
  useRefresh({ again, loading: false }, LOOK_MS)
  const edit = query.value.get('edit') ?? undefined
  const chosen = channels.find(({ id }) => id === edit)
  const saved = (made: string | null): void => {
    if (made !== null) setSecret(made)
    change({ edit: undefined })
    again()
  }
  const barred = may ? {} : { disabled: true, 'aria-describedby': WHY_NOT }
  return (
    <>
      {edit === 'new' || chosen !== undefined ? (
        <ChannelForm key={edit} {...{ channel: chosen, channels, saved, may }} />
      ) : (
        <>
          <p class="row">
            <button type="button" class="main" {...barred} onClick={() => change({ edit: 'new' })}>
              New channel
            </button>
            <span class="muted">The list here is always told; channels are told besides.</span>
          </p>
          {channels.length === 0 && (
            <Empty title="Alerts stay in the list">
              <p>Add a webhook, Slack or e-mail, and they are sent there too.</p>
            </Empty>
          )}
          <ul class="bare" aria-label="Channels">
            {channels.map((one) => (
              <Item key={one.id} of={one} barred={barred} remove={() => setRemoving(one)} />
            ))}
          </ul>
        </>
      )}
      {removing && <Remove of={removing} again={again} close={() => setRemoving(undefined)} />}
      {secret !== undefined && <Secret of={secret} close={() => setSecret(undefined)} />}
    </>
  )
}

interface ItemProps {
  readonly of: Channel
  readonly barred: object
  readonly remove: () => void
}

const KINDS = { webhook: 'Webhook', slack: 'Slack', email: 'E-mail' } as const

function Item({ of, barred, remove }: ItemProps) {
  const { id, kind, target, enabled } = of
  const [told, setTold] = useState<string>()
  const test = (): void => {
    setTold('sending …')
    send('POST', `/api/v1/channels/${encodeURIComponent(id)}/test`).then(
      () => setTold('A word is on its way; whether it arrived stands above.'),
      (thrown: unknown) => setTold((thrown as ApiError).message)
    )
  }
  return (
    <li class="panel">
      <div class="row">
        <h2>{id}</h2>
        <span>
          {KINDS[kind]} to <bdi>{target}</bdi>
        </span>
        {!enabled && <span class="muted">– switched off</span>}
      </div>
      <Deliveries of={of} />
      <p class="row">
        <button type="button" {...barred} aria-label={`Try ${id}`} onClick={test}>
          Try
        </button>
        <button
          type="button"
          {...barred}
          aria-label={`Change ${id}`}
          onClick={() => change({ edit: id })}
        >
          Change
        </button>
        <button
          type="button"
          class="danger"
          {...barred}
          aria-label={`Remove ${id}`}
          onClick={remove}
        >
          Remove
        </button>
        <span role="status" class="muted">
          {told}
        </span>
      </p>
    </li>
  )
}

function Deliveries({ of: { waiting, okAt, failedAt, error } }: { readonly of: Channel }) {
  const now = useNow()
  const failing = error !== null && failedAt !== null
  return (
    <p>
      {okAt === null && failedAt === null && <span class="muted">Nothing was sent yet. </span>}
      {okAt !== null && <span class="status ok">✓ last arrived {ago(okAt * 1_000, now)}. </span>}
      {failing && (
        <span class="wrong">
          failed {ago(failedAt * 1_000, now)}: <bdi>{error}</bdi>.{' '}
        </span>
      )}
      {waiting > 0 && (
        <span>
          {waiting} {waiting === 1 ? 'message waits' : 'messages wait'}, and will be tried again.
        </span>
      )}
    </p>
  )
}

interface RemoveProps {
  readonly of: Channel
  readonly again: () => void
  readonly close: () => void
}

const Remove = ({ of: { id, target, waiting }, again, close }: RemoveProps) => (
  <Confirm
    title={`Remove the channel ${id}?`}
    action="Remove the channel"
    onClose={close}
    onConfirm={async () => {
      await send('DELETE', `/api/v1/channels/${encodeURIComponent(id)}`)
      again()
    }}
  >
    <p>
      Alerts no longer reach <bdi>{target}</bdi>. {waiting > 0 && `${waiting} that wait are lost. `}
      Rules that tell only this channel tell nobody.
    </p>
  </Confirm>
)

const Secret = ({ of, close }: { readonly of: string; readonly close: () => void }) => (
  <Dialog title="The secret of this webhook" onClose={close}>
    <p>
      It is shown this once. The receiver checks with it that a message comes from here (Standard
      Webhooks, <code>webhook-signature</code>).
    </p>
    <Copy text={of} what="the secret" />
    <p class="row end">
      <button type="button" class="main" onClick={close}>
        I have it
      </button>
    </p>
  </Dialog>
)
