/** The prices that costs are estimated from: own ones, then the list. */

import { get } from '../api.ts'
import { useLoad } from '../load.ts'
import { Copy } from '../parts/copy.tsx'
import { Failure, Loading } from '../parts/states.tsx'
import type { Prices } from '../types.ts'

/** Of what has a price whenever it was used. */
const EPOCH = '1970-01-01'

const EXAMPLE = `[
  { "model": "house-7b", "from": "2026-01-01", "input": 0.2, "output": 0.4, "cacheRead": 0.05 }
]`

export function PriceTable() {
  const { value, error, again } = useLoad('prices', (signal) =>
    get<Prices>('/api/v1/prices', {}, signal)
  )
  if (value === undefined) {
    return error ? <Failure what="Prices" error={error} again={again} /> : <Loading what="prices" />
  }
  const { own, list, newest, file } = value
  return (
    <>
      <section class="panel" aria-label="Your own prices">
        <h2>Your own</h2>
        {own.length === 0 ? (
          <p>There are none: the list below counts. They would go before it.</p>
        ) : (
          <Entries of={own} name="Your own prices" />
        )}
        <p>
          {file === null ? (
            <>
              Own prices stand in <code>prices.json</code> in the observer’s data directory
            </>
          ) : (
            <>
              Own prices stand in <code>{file}</code>
            </>
          )}
          , a JSON array, US dollars for a million tokens. The file is read when the observer
          starts; what was priced before stays as it is.
        </p>
        <Copy text={EXAMPLE} what="an example of the file" />
      </section>
      <section class="panel" aria-label="The built-in list">
        <h2>
          The list <span class="muted">(as vendors published it; the newest of {newest})</span>
        </h2>
        <Entries of={list} name="The built-in list" />
      </section>
    </>
  )
}

const NUMBERS = ['input', 'output', 'cacheRead', 'cacheWrite'] as const
const HEADS = ['In', 'Out', 'Cache read', 'Cache write']

interface EntriesProps {
  readonly of: Prices['list']
  readonly name: string
}

function Entries({ of, name }: EntriesProps) {
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
          </tr>
        </thead>
        <tbody>
          {of.map((price) => (
            <tr key={`${price.model} ${price.provider} ${price.from}`}>
              <th scope="row">
                <bdi class="called">{price.model === '' ? 'all models' : price.model}</bdi>
                {price.provider !== null && (
                  <span class="muted">
                    {' '}
                    at <bdi>{price.provider}</bdi>
                  </span>
                )}
              </th>
              <td class="nowrap">{price.from <= EPOCH ? 'always' : price.from}</td>
              {NUMBERS.map((kind) => (
                <td key={kind} class="number">
                  {price[kind] === null ? <span class="muted">as in</span> : `$${price[kind]}`}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
