/** Prices as a table: own ones and those of the list. */

import type { ComponentChildren } from 'preact'
import type { Prices } from '../types.ts'

type Price = Prices['list'][number]

/** Of what has a price whenever it was used. */
const EPOCH = '1970-01-01'
const NUMBERS = ['input', 'output', 'cacheRead', 'cacheWrite'] as const
const HEADS = ['In', 'Out', 'Cache read', 'Cache write']

export const NameOf = ({ price: { model, provider } }: { readonly price: Price }) => (
  <>
    <bdi class="called">{model === '' ? 'all models' : model}</bdi>
    {provider !== null && (
      <span class="muted">
        {' '}
        at <bdi>{provider}</bdi>
      </span>
    )}
  </>
)

interface EntriesProps {
  readonly of: Prices['list']
  readonly name: string
  /** What can be done with each. */
  readonly acts?: (price: Price) => ComponentChildren
}

export function Entries({ of, name, acts }: EntriesProps) {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={`${name}, table`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">From</th>
            {HEADS.map((head) => (
              <th key={head} scope="col" class="number">
                {head}
              </th>
            ))}
            {acts !== undefined && (
              <th scope="col">
                <span class="unseen">Change or remove</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {of.map((price) => (
            <tr key={`${price.model} ${price.provider} ${price.from}`}>
              <th scope="row">
                <NameOf price={price} />
              </th>
              <td class="nowrap">{price.from <= EPOCH ? 'always' : price.from}</td>
              {NUMBERS.map((kind) => (
                <td key={kind} class="number">
                  {price[kind] === null ? <span class="muted">as in</span> : `$${price[kind]}`}
                </td>
              ))}
              {acts !== undefined && <td class="nowrap">{acts(price)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
