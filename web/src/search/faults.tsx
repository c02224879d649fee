/** What is not understood in a search: where, why, and what was likely meant. */

import { Link } from '../link.tsx'
import { withQuery } from '../route.ts'
import type { Fault, Search } from './parse.ts'

/** For the line that it is about. */
export const FAULTS_ID = 'search-faults'

interface FaultsProps {
  readonly q: string
  readonly search: Search
}

export function Faults({ q, search: { faults, instead } }: FaultsProps) {
  return (
    <div id={FAULTS_ID} class="failure" role="alert">
      <p>
        <strong>Nothing was searched:</strong> something in it is not understood.
      </p>
      <p>
        <bdi class="mono">
          {partsOf(q, faults).map(({ text, wrong, start }) =>
            wrong ? <mark key={start}>{text}</mark> : text
          )}
        </bdi>
      </p>
      <ul>
        {faults.map(({ start, words }) => (
          <li key={start}>
            At character {start + 1}: <bdi>{words}</bdi>
          </li>
        ))}
      </ul>
      {instead !== undefined && (
        <p>
          <Link to={withQuery({ q: instead, after: undefined, before: undefined })}>
            {instead === '' ? 'Search for nothing' : 'Search for '}
            <bdi class="mono">{instead}</bdi>
          </Link>
        </p>
      )}
    </div>
  )
}

function partsOf(q: string, faults: readonly Fault[]) {
  const parts: { text: string; wrong: boolean; start: number }[] = []
  let at = 0
  for (const { start, end } of faults.toSorted((a, b) => a.start - b.start)) {
    parts.push({ text: q.slice(at, start), wrong: false, start: at })
    parts.push({ text: q.slice(Math.max(at, start), end), wrong: true, start })
    at = end
  }
  return [...parts, { text: q.slice(at), wrong: false, start: at }]
}
