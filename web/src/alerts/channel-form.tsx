/** A channel, to make or to change. Addresses are secrets: they are typed anew, never shown. */

import { useState } from 'preact/hooks'
import { send } from '../api.ts'
import { CheckField, Fault, faultsOf, SelectField, TextField, useForm } from '../parts/field.tsx'
import { FormEnd } from '../parts/form-end.tsx'
import type { Faults } from '../parts/faults.ts'
import { change } from '../route.ts'
import type { Channels, SetChannel } from '../types.ts'

type Channel = Channels['channels'][number]

const KINDS = [
  ['webhook', 'Webhook (signed)'],
  ['slack', 'Slack'],
  ['email', 'E-mail']
] as const

interface FormProps {
  /** Undefined for a new one. */
  readonly channel: Channel | undefined
  readonly channels: readonly Channel[]
  /** @param secret the webhook's, when it was made just now */
  readonly saved: (secret: string | null) => void
  readonly may: boolean
}

export function ChannelForm({ channel, channels, saved, may }: FormProps) {
  const [id, setId] = useState(channel?.id ?? '')
  const [kind, setKind] = useState<Channel['kind']>(channel?.kind ?? 'webhook')
  const [to, setTo] = useState(channel?.kind === 'email' ? channel.target : '')
  const [enabled, setEnabled] = useState(channel?.enabled ?? true)
  const mail = kind === 'email'
  const { faults, busy, form } = useForm(async () => {
    const wrong = wrongIn({ id, to, mail, taken: channel === undefined ? channels : [] })
    if (wrong !== undefined) return wrong
    const where = mail ? { to: to.split(/[\s,]+/).filter(Boolean) } : { url: to.trim() }
    const body = { kind, enabled, ...where }
    try {
      const path = `/api/v1/channels/${encodeURIComponent(id)}`
      saved((await send<SetChannel>('PUT', path, body)).secret)
      return {}
    } catch (thrown) {
      const { url, ...rest } = faultsOf(thrown, ['url', 'to'])
      return url === undefined ? rest : { ...rest, to: url }
    }
  })
  const fault = (name: string) => (faults[name] === undefined ? {} : { error: faults[name] })
  return (
    <section class="panel" aria-label={channel === undefined ? 'New channel' : 'Change a channel'}>
      <h2>{channel === undefined ? 'New channel' : `Change ${channel.id}`}</h2>
      <form class="form" {...form}>
        {channel === undefined && (
          <TextField
            {...{ label: 'Id', value: id, required: true, disabled: !may, onChange: setId }}
            {...{ hint: 'a-z, 0-9 and -, such as ops', ...fault('id') }}
          />
        )}
        <SelectField
          {...{ label: 'Kind', value: kind, options: KINDS, disabled: !may }}
          onChange={(chosen) => setKind(chosen as Channel['kind'])}
        />
        <TextField
          {...{ label: mail ? 'Addresses' : 'URL', value: to, required: true, disabled: !may }}
          {...{ type: mail ? 'text' : 'url', onChange: setTo, ...fault('to') }}
          hint={mail ? 'one or several; needs smtp.json in the data directory' : WHERE}
        />
        <CheckField {...{ label: 'On', checked: enabled, disabled: !may, onChange: setEnabled }} />
        <Fault of={faults} />
        <FormEnd
          {...{ does: channel === undefined ? 'Make the channel' : 'Save', busy: busy || !may }}
          close={() => change({ edit: undefined })}
        />
      </form>
    </section>
  )
}

const WHERE = 'https and public; private ones only as peerwork observe --alert-host allows'

interface Typed {
  readonly id: string
  readonly to: string
  readonly mail: boolean
  readonly taken: readonly Channel[]
}

function wrongIn({ id, to, mail, taken }: Typed): Faults | undefined {
  const faults: Record<string, string> = {}
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(id)) faults['id'] = 'a-z, 0-9 and -'
  else if (id === 'new') faults['id'] = 'another word, please'
  else if (taken.some((other) => other.id === id)) faults['id'] = 'there is one already'
  if (to.trim() === '') faults['to'] = 'is needed'
  else if (!mail && !URL.canParse(to.trim())) faults['to'] = 'not a URL'
  return Object.keys(faults).length === 0 ? undefined : faults
}
