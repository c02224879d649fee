/** Fields of forms: each with its label, a hint, and beside it what is wrong. */

import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { ApiError } from '../api.ts'
import type { Faults } from './faults.ts'

interface About {
  readonly label: string
  readonly hint?: string | undefined
  readonly error?: string | undefined
}

interface FrameProps extends About {
  readonly id: string
  readonly children: ComponentChildren
}

function Frame({ id, label, hint, error, children }: FrameProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      {hint !== undefined && (
        <small class="muted" id={`${id}-hint`}>
          {hint}
        </small>
      )}
      {error !== undefined && (
        <small class="wrong" id={`${id}-error`}>
          {error}
        </small>
      )}
    </div>
  )
}

function describedBy(id: string, { hint, error }: About) {
  const ids = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return {
    ...(ids !== '' && { 'aria-describedby': ids }),
    ...(error !== undefined && { 'aria-invalid': true as const })
  }
}

interface TextProps extends About {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly type?: 'text' | 'url' | 'search' | 'date' | 'datetime-local' | 'email'
  /** As numbers are typed. */
  readonly numeric?: boolean
  readonly required?: boolean
  readonly disabled?: boolean
  readonly placeholder?: string
}

export function TextField({ value, onChange, type = 'text', numeric, ...rest }: TextProps) {
  const id = useId()
  const { label, hint, error, ...more } = rest
  return (
    <Frame {...{ id, label, hint, error }}>
      <input
        {...more}
        {...describedBy(id, { label, hint, error })}
        {...(numeric === true && { inputMode: 'decimal' as const })}
        {...{ id, value, autoComplete: 'off', spellcheck: false }}
        // Preact has a type for each type of input, and none for "one of these".
        {...({ type } as { type: 'text' })}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </Frame>
  )
}

interface SelectProps extends About {
  readonly value: string
  readonly onChange: (value: string) => void
  /** Value and words. */
  readonly options: readonly (readonly [string, string])[]
  readonly disabled?: boolean
}

export function SelectField({ value, onChange, options, ...rest }: SelectProps) {
  const id = useId()
  const { label, hint, error, ...more } = rest
  return (
    <Frame {...{ id, label, hint, error }}>
      <select
        {...more}
        {...describedBy(id, { label, hint, error })}
        {...{ id, value }}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {options.map(([one, words]) => (
          <option key={one} value={one}>
            {words}
          </option>
        ))}
      </select>
    </Frame>
  )
}

interface CheckProps {
  readonly label: string
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly hint?: string
  readonly disabled?: boolean
}

export function CheckField({ label, checked, onChange, hint, disabled = false }: CheckProps) {
  const id = useId()
  return (
    <div class="check">
      <input
        {...{ id, checked, disabled, type: 'checkbox' }}
        {...(hint !== undefined && { 'aria-describedby': `${id}-hint` })}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <label for={id}>{label}</label>
      {hint !== undefined && (
        <small class="muted" id={`${id}-hint`}>
          {hint}
        </small>
      )}
    </div>
  )
}

/** A refusal of the observer names the field that it is about: `url: a private address`. */
export function faultsOf(thrown: unknown, fields: readonly string[]): Faults {
  if (!(thrown instanceof ApiError)) return { '': String(thrown) }
  const [, name = '', why = ''] = /^(\w+)(?:\.\w+)*: (.+)$/s.exec(thrown.message) ?? []
  return fields.includes(name) ? { [name]: why } : { '': thrown.message }
}

/** A form whose first wrong field gets the focus. */
export function useForm(submit: () => Promise<Faults>) {
  const ref = useRef<HTMLFormElement>(null)
  const [faults, setFaults] = useState<Faults>({})
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    ref.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  }, [faults])
  const onSubmit = (event: Event): void => {
    event.preventDefault()
    setBusy(true)
    void submit()
      .then(setFaults)
      .finally(() => setBusy(false))
  }
  return { faults, busy, form: { ref, onSubmit, noValidate: true } }
}

/** What is wrong, and about no field. */
export function Fault({ of }: { readonly of: Faults }) {
  const text = of['']
  return text === undefined ? null : (
    <p class="failure" role="alert">
      {text}
    </p>
  )
}
