/** What costs are estimated from: the operator's own prices, and the list. */

import { LIST_PRICES } from '../../observer/prices/list.ts'
import { price, priceKey } from '../../observer/prices/price.ts'
import type { Price, PriceKey } from '../../observer/prices/price.ts'
import type { Audit } from '../access/audit.ts'
import { mayCall } from '../access/caller.ts'
import { done } from '../answers-alerts.ts'
import { prices } from '../answers-network.ts'
import { JSON_TYPE, readJson } from '../json-body.ts'
import { defineRoute } from '../route.ts'
import type { Route } from '../route.ts'

export interface OwnPrices {
  readonly entries: readonly Price[]
  /** Where they are kept, whether it is there or not. */
  readonly file: string
  /** Set one, or another of the same model, provider and day. */
  set(price: Price): void
  /** @returns false when there is none */
  remove(key: PriceKey): boolean
}

const group = 'Usage, costs, integrity'
const path = '/api/v1/prices'

export const priceRoutes = (own: OwnPrices | undefined, audit: Audit): readonly Route[] => [
  shownRoute(own),
  ...(own === undefined ? [] : changeRoutes(own, audit))
]

const shownRoute = (own: OwnPrices | undefined): Route =>
  defineRoute({
    ...{ method: 'GET', path, scope: 'read', group },
    summary: 'The prices that costs are estimated from, own ones first',
    about:
      'US dollars for a million tokens, each from its day on. Own ones are read at the start ' +
      'and changed here.',
    answer: prices,
    handle: ({ caller }) => ({
      ...{ currency: 'USD', per: 1_000_000, newest: NEWEST },
      file: mayCall(caller, 'admin') ? (own?.file ?? null) : null,
      own: (own?.entries ?? []).map(shown),
      list: LIST_PRICES.map(shown)
    })
  })

const changeRoutes = (own: OwnPrices, audit: Audit): readonly Route[] => [
  defineRoute({
    ...{ method: 'PUT', path, scope: 'admin', group, takes: [JSON_TYPE], body: price },
    summary: 'Set an own price, a new one or that of the same model, provider and day',
    about: 'It counts for what comes from now on; what was priced before stays as it is.',
    answer: done,
    handle: async ({ request, caller }) => {
      const wanted = await readJson(request, price)
      return audit.around([caller.name, 'price.set', called(wanted)], () => {
        own.set(wanted)
        return { done: true }
      })
    }
  }),
  defineRoute({
    ...{ method: 'DELETE', path, scope: 'admin', group },
    summary: 'Take an own price away',
    query: priceKey,
    answer: done,
    handle: ({ query: key, caller }) =>
      audit.around([caller.name, 'price.removed', called(key)], () => {
        return own.remove(key) ? { done: true } : undefined
      })
  })
]

const called = ({ model, provider, from }: PriceKey): string => {
  const where = provider === undefined ? '' : ` at ${provider}`
  return `${model === '' ? 'all models' : model}${where}, from ${from}`
}

const NEWEST = LIST_PRICES.reduce((newest, { from }) => (from > newest ? from : newest), '')

function shown({ model, provider, from, input, output, cacheRead, cacheWrite }: Price) {
  const cached = { cacheRead: cacheRead ?? null, cacheWrite: cacheWrite ?? null }
  return { model, provider: provider ?? null, from, input, output, ...cached }
}
