/** What a new key is to be called, may, and until when. */

import { useEffect, useRef, useState } from 'preact/hooks'
import { send } from '../api.ts'
import { CheckField, Fault, faultsOf, SelectField, TextField, useForm } from '../parts/field.tsx'
import { FormEnd } from '../parts/form-end.tsx'
import type { NewKey } from '../types.ts'

type Scope = NewKey['scopes'][number]

const SCOPES: readonly (readonly [Scope, string])[] = [
  ['ingest', 'send traces'],
  ['read', 'see everything that is kept'],
  ['admin', 'everything, keys and alerts included']
]
const LIVES = [
  ['', 'until it is revoked'],
  ['7', '7 days'],
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', 'a year']
] as const
const DAY_MS = 86_400_000

interface FormProps {
  readonly done: (made: NewKey) => void
  readonly close: () => void
}

export function KeyForm({ done, close }: FormProps) {
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<readonly Scope[]>(['ingest'])
  const [days, setDays] = useState('')
  const { faults, busy, form } = useForm(async () => {
    if (name.trim() === '') return { name: 'is needed' }
    if (scopes.length === 0) return { scopes: 'at least one is needed' }
    const expires = days === '' ? {} : { expires: Date.now() + Number(days) * DAY_MS }
    const asked = { name: name.trim(), scopes, ...expires }
    try {
      done(await send<NewKey>('POST', '/api/v1/keys', asked))
      return {}
    } catch (thrown) {
      const found = faultsOf(thrown, ['name', 'scopes'])
      // Which names there can be is about the name, whatever words it comes in.
      const about = found['']
      return about !== undefined && / key "|for a key/.test(about) ? { name: about } : found
    }
  })
  const first = useRef<HTMLHeadingElement>(null)
  useEffect(() => first.current?.focus(), [])
  const toggle = (scope: Scope, on: boolean): void =>
    setScopes((before) => (on ? [...before, scope] : before.filter((one) => one !== scope)))
  return (
    <section class="panel" aria-label="New key">
      <h2 ref={first} tabIndex={-1}>
        New key
      </h2>
      <form class="form" {...form}>
        <TextField
          {...{ label: 'Name', value: name, required: true, onChange: setName }}
          hint="of the program that uses it; it stands in the audit log"
          {...(faults['name'] !== undefined && { error: faults['name'] })}
        />
        <SelectField {...{ label: 'Valid', value: days, options: LIVES, onChange: setDays }} />
        <fieldset {...(faults['scopes'] !== undefined && { 'aria-invalid': true, tabIndex: -1 })}>
          <legend>Scopes</legend>
          {SCOPES.map(([scope, words]) => (
            <CheckField
              key={scope}
              {...{ label: scope, hint: words, checked: scopes.includes(scope) }}
              onChange={(on) => toggle(scope, on)}
            />
          ))}
          {faults['scopes'] !== undefined && <small class="wrong">{faults['scopes']}</small>}
        </fieldset>
        <Fault of={faults} />
        <FormEnd does="Make the key" {...{ busy, close }} />
      </form>
    </section>
  )
}
