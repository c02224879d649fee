/** A rule, to make or to change. */

import { useEffect, useRef, useState } from 'preact/hooks'
import { send } from '../api.ts'
import { WHY_NOT } from '../me.tsx'
import { CheckField, Fault, faultsOf, SelectField, TextField, useForm } from '../parts/field.tsx'
import type { Faults } from '../parts/faults.ts'
import type { Channels, KeptRule, TriedRule } from '../types.ts'
import { fieldsOf, readValues, slugOf, valuesOf } from './rule-fields.ts'
import type { RuleField, Values } from './rule-fields.ts'
import { SendTo } from './send-to.tsx'
import { Tried } from './try-rule.tsx'
import { KINDS } from './words.ts'
import type { Kind } from './words.ts'

interface FormProps {
  /** Undefined for a new one. */
  readonly kept: KeptRule | undefined
  readonly rules: readonly KeptRule[]
  readonly channels: Channels['channels']
  readonly close: () => void
  readonly may: boolean
}

export function RuleForm({ kept, rules, channels, close, may }: FormProps) {
  const [kind, setKind] = useState<Kind>(kept?.rule.kind ?? 'threshold')
  const [name, setName] = useState(kept?.rule.name ?? '')
  const [enabled, setEnabled] = useState(kept?.rule.enabled ?? true)
  const [tells, setTells] = useState<readonly string[] | undefined>(kept?.rule.channels)
  const [values, setValues] = useState<Values>(() => valuesOf(kind, kept?.rule))
  const set = (field: string, value: string): void =>
    setValues((before) => ({ ...before, [field]: value }))
  const [tried, setTried] = useState<TriedRule>()
  /** What is sent instead of kept. */
  const trying = useRef(false)
  const { faults, busy, form } = useForm(async () => {
    const onlyTry = trying.current
    trying.current = false
    setTried(undefined)
    const { body, faults: wrong } = readValues(kind, values)
    if (name.trim() === '' && !onlyTry) return { ...wrong, name: 'is needed' }
    if (Object.keys(wrong).length > 0) return wrong
    const called = name.trim() === '' ? 'This rule' : name.trim()
    const whole = { ...body, name: called, enabled, ...(tells && { channels: tells }) }
    try {
      if (onlyTry) setTried(await send<TriedRule>('POST', '/api/v1/rules/try', whole))
      else {
        const id = kept?.id ?? freeId(name, rules)
        await send('PUT', `/api/v1/rules/${encodeURIComponent(id)}`, whole)
        close()
      }
      return {}
    } catch (thrown) {
      return faultsOf(thrown, [...fieldsOf(kind).map((one) => one.name), 'name'])
    }
  })
  return (
    <section class="panel" aria-labelledby="rule-title">
      <Title>{kept === undefined ? 'New rule' : 'Change a rule'}</Title>
      <form class="form" {...form}>
        <TextField
          {...{ label: 'Name', value: name, required: true, disabled: !may, onChange: setName }}
          {...faultOf(faults, 'name')}
        />
        <SelectField
          {...{ label: 'Kind', value: kind, options: KINDS, disabled: !may }}
          onChange={(chosen) => {
            setKind(chosen as Kind)
            setValues(valuesOf(chosen as Kind, kept?.rule))
          }}
        />
        {fieldsOf(kind).map((field) => (
          <OneField
            key={`${kind} ${field.name}`}
            {...{ field, value: values[field.name] ?? '', set, may, faults }}
          />
        ))}
        <SendTo {...{ channels, chosen: tells, onChange: setTells, may }} />
        <CheckField {...{ label: 'On', checked: enabled, disabled: !may, onChange: setEnabled }} />
        <Fault of={faults} />
        <Tried of={tried} />
        <Buttons
          {...{ isNew: kept === undefined, busy, may, close }}
          onTry={() => void (trying.current = true)}
        />
      </form>
    </section>
  )
}

interface ButtonsProps extends Pick<FormProps, 'close' | 'may'> {
  readonly isNew: boolean
  readonly busy: boolean
  /** Comes before the form is sent. */
  readonly onTry: () => void
}

const Buttons = ({ isNew, busy, may, close, onTry }: ButtonsProps) => (
  <p class="row">
    <button
      type="submit"
      class="main"
      disabled={busy || !may}
      {...(!may && { 'aria-describedby': WHY_NOT })}
    >
      {isNew ? 'Make the rule' : 'Save'}
    </button>
    <button type="submit" disabled={busy} onClick={onTry}>
      Try it
    </button>
    <button type="button" onClick={close}>
      Cancel
    </button>
  </p>
)

/** Whoever came by keyboard stands where the form begins. */
function Title({ children }: { readonly children: string }) {
  const ref = useRef<HTMLHeadingElement>(null)
  useEffect(() => ref.current?.focus(), [])
  return (
    <h2 id="rule-title" tabIndex={-1} ref={ref}>
      {children}
    </h2>
  )
}

/** With a number behind it when the name is taken: making one never changes another. */
function freeId(name: string, rules: readonly KeptRule[]): string {
  const wish = slugOf(name) || 'rule'
  const taken = new Set(rules.map(({ id }) => id))
  let id = wish === 'new' ? 'rule-new' : wish
  for (let at = 2; taken.has(id); at++) id = `${wish}-${at}`
  return id
}

const faultOf = (faults: Faults, name: string) => {
  const error = faults[name]
  return error === undefined ? {} : { error }
}

interface OneProps {
  readonly field: RuleField
  readonly value: string
  readonly set: (field: string, value: string) => void
  readonly may: boolean
  readonly faults: Faults
}

function OneField({ field, value, set, may, faults }: OneProps) {
  const { name, label, hint, as, optional = false, options } = field
  const shared = {
    ...{ label, value, disabled: !may, onChange: (text: string) => set(name, text) },
    ...(hint !== undefined && { hint }),
    ...faultOf(faults, name)
  }
  if (options !== undefined) return <SelectField {...shared} options={options} />
  return <TextField {...shared} numeric={as !== 'text'} required={!optional} />
}
