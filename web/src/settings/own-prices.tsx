/** The operator's own prices, which go before the list: set, changed and taken away here. */

import { useState } from 'preact/hooks'
import { send } from '../api.ts'
import { NewButton } from '../parts/new-button.tsx'
import { Copy } from '../parts/copy.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { change, query } from '../route.ts'
import type { Prices } from '../types.ts'
import { PriceForm } from './price-form.tsx'
import type { Price } from './price-form.tsx'
import { Entries, NameOf } from './price-table.tsx'

const EXAMPLE = `[
  { "model": "house-7b", "from": "2026-01-01", "input": 0.2, "output": 0.4, "cacheRead": 0.05 }
]`

/** In the address, where it is changed. */
const idOf = ({ model, provider, from }: Price): string => `${from} ${provider ?? ''} ${model}`

interface OwnProps {
  readonly of: Prices
  readonly may: boolean
  readonly again: () => void
}

export function OwnPrices({ of: { own, file }, may, again }: OwnProps) {
  const [removing, setRemoving] = useState<Price>()
  const edit = may ? query.value.get('edit') : null
  const chosen = own.find((price) => idOf(price) === edit)
  const close = (): void => change({ edit: undefined })
  if (edit === 'new' || chosen !== undefined) {
    const done = (): void => {
      close()
      again()
    }
    return <PriceForm key={edit} {...{ of: chosen, done, close }} />
  }
  const acts = (price: Price) => (
    <Acts of={price} change={() => change({ edit: idOf(price) })} remove={setRemoving} />
  )
  return (
    <section class="panel" aria-label="Your own prices">
      <h2>Your own</h2>
      <p class="row">
        <NewButton does="New price" may={may} act={() => change({ edit: 'new' })} />
        <span class="muted">It counts for what comes from then on.</span>
      </p>
      {own.length === 0 ? (
        <p>There are none: the list below counts. They would go before it.</p>
      ) : (
        <Entries of={own} name="Your own prices" {...(may && { acts })} />
      )}
      <p>
        They are kept in <code>{file ?? 'prices.json'}</code>
        {file === null && ' in the observer’s data directory'}, a JSON array, US dollars for a
        million tokens. Edited by hand, it is read when the observer starts, and before a change
        here. What was priced before stays as it is.
      </p>
      <Copy text={EXAMPLE} what="an example of the file" />
      {removing && <Remove of={removing} again={again} close={() => setRemoving(undefined)} />}
    </section>
  )
}

interface ActsProps {
  readonly of: Price
  readonly change: () => void
  readonly remove: (price: Price) => void
}

function Acts({ of, change: edit, remove }: ActsProps) {
  const { model, provider, from } = of
  const called = `${model || 'all models'}${provider === null ? '' : ` at ${provider}`}, ${from}`
  return (
    <>
      <button type="button" aria-label={`Change ${called}`} onClick={edit}>
        Change
      </button>{' '}
      <button
        type="button"
        class="danger"
        aria-label={`Remove ${called}`}
        onClick={() => remove(of)}
      >
        Remove
      </button>
    </>
  )
}

interface RemoveProps {
  readonly of: Price
  readonly again: () => void
  readonly close: () => void
}

const Remove = ({ of, again, close }: RemoveProps) => (
  <Confirm
    title="Remove this price?"
    action="Remove the price"
    onClose={close}
    onConfirm={async () => {
      const { model, provider, from } = of
      const key = new URLSearchParams({ model, from, ...(provider !== null && { provider }) })
      await send('DELETE', `/api/v1/prices?${key.toString()}`)
      again()
    }}
  >
    <p>
      <NameOf price={of} />: calls that come from now on are priced by another of yours that fits,
      or by the list, or not at all. What was priced before stays as it is.
    </p>
  </Confirm>
)
