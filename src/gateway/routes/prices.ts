/** What costs are estimated from: the operator's own prices, and the list. */

import { LIST_PRICES } from '../../observer/prices/list.ts'
import type { Price } from '../../observer/prices/price.ts'
import { mayCall } from '../access/caller.ts'
import { prices } from '../answers-network.ts'
import { defineRoute } from '../route.ts'
import type { Route } from '../route.ts'

export interface OwnPrices {
  readonly entries: readonly Price[]
  /** Where they are read from at the start, whether it is there or not. */
  readonly file: string
}

export const priceRoute = (own: OwnPrices | undefined): Route =>
  defineRoute({
    ...{ method: 'GET', path: '/api/v1/prices', scope: 'read', group: 'Usage, costs, integrity' },
    summary: 'The prices that costs are estimated from, own ones first',
    about: 'US dollars for a million tokens, each from its day on. Own ones are read at the start.',
    answer: prices,
    handle: ({ caller }) => ({
      ...{ currency: 'USD', per: 1_000_000, newest: NEWEST },
      file: mayCall(caller, 'admin') ? (own?.file ?? null) : null,
      own: (own?.entries ?? []).map(shown),
      list: LIST_PRICES.map(shown)
    })
  })

const NEWEST = LIST_PRICES.reduce((newest, { from }) => (from > newest ? from : newest), '')

function shown({ model, provider, from, input, output, cacheRead, cacheWrite }: Price) {
  const cached = { cacheRead: cacheRead ?? null, cacheWrite: cacheWrite ?? null }
  return { model, provider: provider ?? null, from, input, output, ...cached }
}
