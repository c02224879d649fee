/** The prices that costs are estimated from: own ones, then the list. */

import { get } from '../api.ts'
import { useLoad } from '../load.ts'
import { useMayChange } from '../me.tsx'
import { Failure, Loading } from '../parts/states.tsx'
import type { Prices } from '../types.ts'
import { OwnPrices } from './own-prices.tsx'
import { Entries } from './price-table.tsx'

export function PriceTable() {
  const may = useMayChange()
  const { value, error, again } = useLoad('prices', (signal) =>
    get<Prices>('/api/v1/prices', {}, signal)
  )
  if (value === undefined) {
    return error ? <Failure what="Prices" error={error} again={again} /> : <Loading what="prices" />
  }
  const { list, newest } = value
  return (
    <>
      {error && <Failure what="Prices" error={error} again={again} />}
      <OwnPrices {...{ of: value, may, again }} />
      <section class="panel" aria-label="The built-in list">
        <h2>
          The list <span class="muted">(as vendors published it; the newest of {newest})</span>
        </h2>
        <Entries of={list} name="The built-in list" />
      </section>
    </>
  )
}
