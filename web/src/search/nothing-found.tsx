/** When a search finds nothing: which of its conditions keeps the traces away. */

import { get } from '../api.ts'
import { Link } from '../link.tsx'
import { useLoad } from '../load.ts'
import { Empty } from '../parts/states.tsx'
import { withQuery } from '../route.ts'
import type { TracePage } from '../types.ts'
import { parseSearch, without } from './parse.ts'
import type { Condition } from './parse.ts'

interface NothingProps {
  readonly q: string
  readonly conditions: readonly Condition[]
}

export function NothingFound({ q, conditions }: NothingProps) {
  const { value: helping, loading } = useLoad(`without ${q}`, (signal) =>
    whichHelp(q, conditions, signal)
  )
  const several = conditions.length > 1
  return (
    <Empty title="No trace fits this search">
      {several && loading && helping === undefined && (
        <p role="status">Looking which condition keeps them away…</p>
      )}
      {several && helping !== undefined && <Advice {...{ q, conditions, helping }} />}
      {!several && conditions[0] !== undefined && (
        <p>
          None has <Said of={conditions[0]} />.
        </p>
      )}
      <p>
        <Link to={withQuery({ q: undefined, after: undefined, before: undefined })}>
          Show all traces
        </Link>
      </p>
    </Empty>
  )
}

/** Those of the conditions without which something is found. */
async function whichHelp(q: string, conditions: readonly Condition[], signal: AbortSignal) {
  if (conditions.length < 2) return []
  const helping: Condition[] = []
  // One after the other: each may take the store a while, and others ask too.
  for (const condition of conditions) {
    const { parameters } = parseSearch(without(q, condition))
    const asked = { ...parameters, limit: 1 }
    const { items } = await get<TracePage>('/api/v1/traces', asked, signal)
    if (items.length > 0) helping.push(condition)
  }
  return helping
}

function Advice({ q, conditions, helping }: NothingProps & { helping: readonly Condition[] }) {
  const helps = helping.length > 0
  return (
    <>
      <p>
        {helps
          ? 'There are traces when you drop one condition:'
          : 'Dropping one condition alone does not help. Drop more than one:'}
      </p>
      <ul>
        {(helps ? helping : conditions).map((condition) => (
          <li key={condition.parameter}>
            <Link to={withQuery({ q: without(q, condition), after: undefined, before: undefined })}>
              Drop <Said of={condition} />
            </Link>
          </li>
        ))}
      </ul>
    </>
  )
}

const Said = ({ of }: { readonly of: Condition }) => <bdi class="mono">{of.text}</bdi>
