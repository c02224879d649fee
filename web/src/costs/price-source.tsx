/** Where estimates come from. */

import { get } from '../api.ts'
import { Link } from '../link.tsx'
import { useLoad } from '../load.ts'
import type { Prices } from '../types.ts'

export function PriceSource() {
  const { value } = useLoad('prices', (signal) => get<Prices>('/api/v1/prices', {}, signal))
  if (value === undefined) return null
  const { own, list, newest } = value
  const entries = own.length === 1 ? 'one entry' : `${own.length} entries`
  return (
    <p class="muted">
      Estimates go by {own.length === 0 ? '' : `your own prices (${entries}), then by `}the built-in
      list of {list.length} prices, the newest of {newest}; each call by the price of its day.{' '}
      <Link to="/settings?tab=prices">All prices</Link>
    </p>
  )
}
