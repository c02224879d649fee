/** Whether what was spent is within a budget that one names. */

import { useEffect, useState } from 'preact/hooks'
import { money, percent } from '../format.ts'
import { TextField } from '../parts/field.tsx'
import { change } from '../route.ts'
import type { Costs } from '../types.ts'

const WORDS: Readonly<Record<string, string>> = {
  ok: '✓ within the budget',
  warning: '! most of the budget is spent',
  critical: '! almost all of the budget is spent',
  exceeded: '✕ over the budget'
}

interface BudgetProps {
  readonly of: Costs['budget']
  /** As it stands in the address. */
  readonly limit: string | undefined
}

export function Budget({ of, limit = '' }: BudgetProps) {
  const [text, setText] = useState(limit)
  useEffect(() => setText(limit), [limit])
  const wrong = text !== '' && !/^\d{1,12}(?:\.\d{1,6})?$/.test(text)
  const apply = (event: Event): void => {
    event.preventDefault()
    if (!wrong) change({ budget: text })
  }
  return (
    <section class="panel" aria-label="Budget">
      <form class="days" onSubmit={apply} noValidate>
        <TextField
          {...{ label: 'Budget for this time, US dollars', value: text, numeric: true }}
          {...(wrong && { error: 'a number such as 20 or 0.50' })}
          onChange={setText}
        />
        <button type="submit">Check</button>
      </form>
      {of !== null && <Check of={of} />}
    </section>
  )
}

function Check({ of }: { readonly of: NonNullable<Costs['budget']> }) {
  const { state, spent, limit, left, share, estimated, unknown } = of
  return (
    <div role="status">
      <p class={`budget ${state}`}>
        <strong>{WORDS[state] ?? state}</strong>: {money(spent)} of {money(limit)}
        {share !== null &&
          ` (${share > 1 ? `${Math.round(share * 100)} %` : percent(share)})`},{' '}
        {spent > limit ? `${money(spent - limit)} too much` : `${money(left)} left`}
      </p>
      <meter
        {...{ min: 0, max: 1, low: 0.5, high: 0.8, optimum: 0, value: Math.min(1, share ?? 1) }}
        aria-label="Part of the budget that is spent"
      />
      <p class="muted">
        {money(estimated)} of it is estimated.{' '}
        {unknown > 0 && `${unknown} calls have no known price and are not in it.`} To be told when
        it is reached, make a rule of the kind “budget” under Alerts.
      </p>
    </div>
  )
}
