/** What tokens of a model cost, from a day on: a new price, or other amounts of one. */

import { useEffect, useRef, useState } from 'preact/hooks'
import { send } from '../api.ts'
import { Fault, faultsOf, TextField, useForm } from '../parts/field.tsx'
import { FormEnd } from '../parts/form-end.tsx'
import type { Faults } from '../parts/faults.ts'
import type { Prices } from '../types.ts'

export type Price = Prices['own'][number]

const AMOUNTS = ['input', 'output', 'cacheRead', 'cacheWrite'] as const
const LABELS: Readonly<Record<(typeof AMOUNTS)[number], string>> = {
  ...{ input: 'In', output: 'Out', cacheRead: 'Cache read', cacheWrite: 'Cache write' }
}
const FIELDS = ['model', 'provider', 'from', ...AMOUNTS] as const
type Field = (typeof FIELDS)[number]
type Typed = Readonly<Record<Field, string>>

const NOTHING = Object.fromEntries(FIELDS.map((field) => [field, ''])) as Typed

interface FormProps {
  /** Its amounts are changed; another day, model or provider is another price. */
  readonly of: Price | undefined
  readonly done: () => void
  readonly close: () => void
}

export function PriceForm({ of, done, close }: FormProps) {
  const [typed, setTyped] = useState<Typed>(of === undefined ? NOTHING : typedOf(of))
  const { faults, busy, form } = useForm(async () => {
    const wrong = faultsIn(typed)
    if (Object.keys(wrong).length > 0) return wrong
    try {
      await send('PUT', '/api/v1/prices', askedOf(typed))
      done()
      return {}
    } catch (thrown) {
      return faultsOf(thrown, FIELDS)
    }
  })
  const first = useRef<HTMLHeadingElement>(null)
  useEffect(() => first.current?.focus(), [])
  const propsOf = (field: Field) => ({
    ...{ value: typed[field], error: faults[field] },
    onChange: (value: string) => setTyped((before) => ({ ...before, [field]: value }))
  })
  const isKnown = of !== undefined
  const title = isKnown ? 'Change the price' : 'New price'
  return (
    <section class="panel" aria-label={title}>
      <h2 ref={first} tabIndex={-1}>
        {title}
      </h2>
      <form class="form" {...form}>
        <TextField
          {...{ label: 'Model', disabled: isKnown, ...propsOf('model') }}
          hint="how its id begins; the longest that fits counts. Empty: all of the provider"
        />
        <TextField
          {...{ label: 'Provider', disabled: isKnown, ...propsOf('provider') }}
          hint="only there. Empty: wherever it runs"
        />
        <TextField
          {...{ label: 'From', type: 'date', required: true, disabled: isKnown }}
          {...propsOf('from')}
          hint="the first day (UTC) on which it holds"
        />
        {AMOUNTS.map((field) => (
          <TextField
            key={field}
            {...{ label: LABELS[field], numeric: true, required: isNeeded(field) }}
            {...propsOf(field)}
            hint={isNeeded(field) ? 'US dollars for a million tokens' : 'as in, when it is empty'}
          />
        ))}
        <Fault of={faults} />
        <FormEnd does="Set the price" {...{ busy, close }} />
      </form>
    </section>
  )
}

const isNeeded = (field: Field): boolean => field === 'input' || field === 'output'

const typedOf = (price: Price): Typed =>
  Object.fromEntries(FIELDS.map((field) => [field, String(price[field] ?? '')])) as Typed

/** In words, by field. */
export function faultsIn(typed: Typed): Faults {
  const faults: Record<string, string> = {}
  if (typed.model.trim() === '' && typed.provider.trim() === '') {
    faults['model'] = 'is needed, unless a provider is named'
  }
  if (!/^\d{4}-\d{2}-\d{2}$/.test(typed.from)) faults['from'] = 'a day is needed'
  for (const field of AMOUNTS) {
    const text = typed[field].trim()
    if (text === '' && isNeeded(field)) faults[field] = 'is needed; 0 if it costs nothing'
    else if (!/^\d*\.?\d*$/.test(text) || text === '.') {
      faults[field] = 'is no amount: digits, and a point'
    }
  }
  return faults
}

/** As the observer takes it. */
function askedOf(typed: Typed): object {
  const told = FIELDS.flatMap((field) => {
    const text = typed[field].trim()
    const isAmount = (AMOUNTS as readonly string[]).includes(field)
    if (text === '' && field !== 'model') return []
    return [[field, isAmount ? Number(text) : text] as const]
  })
  return Object.fromEntries(told)
}
