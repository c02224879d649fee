/** Who and what used it up. */

import { countOf, money } from '../format.ts'
import { Link } from '../link.tsx'
import { tokensOf } from './sums.ts'
import type { Sum } from './sums.ts'

interface SumsProps {
  readonly title: string
  readonly sums: readonly Sum[]
  /** What it is called that has no name. */
  readonly unnamed: string
  /** Where its traces are. */
  readonly link: (sum: Sum) => string
}

export function SumTable({ title, sums, unnamed, link }: SumsProps) {
  return (
    <section class="panel" aria-label={title}>
      <h2>{title}</h2>
      {sums.length === 0 ? (
        <p class="muted">Nothing in this time.</p>
      ) : (
        <div class="scroll" tabIndex={0} role="group" aria-label={`${title}, table`}>
          <table>
            <Head />
            <tbody>
              {sums.map((sum) => (
                <tr key={sum.name}>
                  <th scope="row">
                    {sum.name === '' ? (
                      <span class="muted">{unnamed}</span>
                    ) : (
                      <Link to={link(sum)}>
                        <bdi class="called">{sum.name}</bdi>
                      </Link>
                    )}
                  </th>
                  <Cells of={sum} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

const NAMES = ['Cost', 'of it estimated', 'Tokens in', 'cached', 'out', 'reasoning', 'Spans']

const Head = () => (
  <thead>
    <tr>
      <th scope="col">Name</th>
      {[...NAMES, 'Failed'].map((name) => (
        <th key={name} scope="col" class="number">
          {name}
        </th>
      ))}
    </tr>
  </thead>
)

function Cells({ of }: { readonly of: Sum }) {
  const { cost, costEstimated, costUnknown, input, output, cacheRead, cacheWrite, reasoning } = of
  const priced = cost > 0 || costUnknown === 0
  const unknown = costUnknown === 0 ? '' : ` + ${countOf(costUnknown)} unknown`
  return (
    <>
      <td class="number">
        {priced ? money(cost) : ''}
        {priced ? unknown : unknown.slice(3)}
      </td>
      <td class="number">{costEstimated === 0 ? '' : money(costEstimated)}</td>
      <td class="number">{countOf(input)}</td>
      <td class="number">{countOf(cacheRead + cacheWrite)}</td>
      <td class="number">{countOf(output)}</td>
      <td class="number">{countOf(reasoning)}</td>
      <td class="number">{countOf(of.spans)}</td>
      <td class="number">{countOf(of.errors)}</td>
    </>
  )
}

export function Totals({ of }: { readonly of: Sum }) {
  const { cost, costReported, costEstimated, costUnknown, input, output } = of
  return (
    <dl class="totals" aria-label="Totals">
      <Total name="Cost" value={money(cost)} about="US dollars, as far as it is known" main />
      <Total name="Reported" value={money(costReported)} about="by whoever made the call" />
      <Total name="Estimated" value={money(costEstimated)} about="from the table of prices" />
      <Total
        name="Unknown"
        value={`${countOf(costUnknown)} ${costUnknown === 1 ? 'call' : 'calls'}`}
        about="of models without a price: not in the sum"
      />
      <Total
        name="Tokens"
        value={countOf(tokensOf(of))}
        about={`${countOf(input)} in, ${countOf(output)} out`}
      />
      <Total
        name="Cached, reasoning"
        value={`${countOf(of.cacheRead + of.cacheWrite)}, ${countOf(of.reasoning)}`}
        about="parts of the tokens in and out"
      />
    </dl>
  )
}

interface TotalProps {
  readonly name: string
  readonly value: string
  readonly about: string
  readonly main?: boolean
}

const Total = ({ name, value, about, main = false }: TotalProps) => (
  <div class={main ? 'main' : ''}>
    <dt>{name}</dt>
    <dd>
      <strong>{value}</strong>
      <small class="muted">{about}</small>
    </dd>
  </div>
)
