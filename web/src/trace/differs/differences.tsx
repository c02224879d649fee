/** Where two runs part, and all else that differs, with the way to both. */

import { useState } from 'preact/hooks'
import { countOf } from '../../format.ts'
import { Link } from '../../link.tsx'
import { withQuery } from '../../route.ts'
import type { TraceDiff } from '../../types.ts'
import { groupsOf, ratioWords, sideWords } from './groups.ts'
import type { Difference, DifferenceGroup } from './groups.ts'

/** Differences of one kind at first, count. */
const ROWS = 20

interface DifferencesProps {
  readonly diff: TraceDiff
  readonly other: string
  readonly otherFailed: boolean
}

export function Differences({ diff, other, otherFailed }: DifferencesProps) {
  const { divergence, differences } = diff
  if (differences.length === 0) {
    return <p class="panel">No difference: the same steps, ends, times and costs, noise aside.</p>
  }
  return (
    <>
      <section class="panel first" aria-label="First divergence">
        <h2>Where they part</h2>
        {divergence === null ? (
          <p>Both took the same steps to the same ends; only times, costs or agents differ.</p>
        ) : (
          <>
            <Path of={divergence} />
            <Sides of={divergence} other={other} />
          </>
        )}
        {otherFailed && <p class="muted">The other run failed as well.</p>}
      </section>
      {groupsOf(differences).map((group) => (
        <Group key={group.what} group={group} other={other} />
      ))}
    </>
  )
}

function Group({ group, other }: { readonly group: DifferenceGroup; readonly other: string }) {
  const { title, differences } = group
  const [rows, setRows] = useState(ROWS)
  return (
    <section class="panel" aria-label={title}>
      <h2>
        {title} <small class="muted">{countOf(differences.length)}</small>
      </h2>
      <ol>
        {differences.slice(0, rows).map((one, at) => (
          <li key={`${one.path} ${at}`}>
            <Path of={one} />
            <Sides of={one} other={other} />
          </li>
        ))}
      </ol>
      {differences.length > rows && (
        <button type="button" onClick={() => setRows(rows + 5 * ROWS)}>
          Show more of {countOf(differences.length)}
        </button>
      )}
    </section>
  )
}

/** From the root down; the step itself is what one looks for. */
function Path({ of: { path } }: { readonly of: Difference }) {
  const steps = path.split(' > ')
  const above = steps.slice(0, -1).join(' › ')
  return (
    <p class="path">
      {above !== '' && (
        <span class="muted">
          <bdi>{above}</bdi> ›{' '}
        </span>
      )}
      <strong>
        <bdi>{steps.at(-1)}</bdi>
      </strong>
    </p>
  )
}

function Sides({ of, other }: { readonly of: Difference; readonly other: string }) {
  const { what, before, after, spans } = of
  const ratio = ratioWords(of)
  return (
    <p class="sides">
      <span>
        {spans.before === null ? (
          'other run'
        ) : (
          <Link to={`/trace/${other}?span=${spans.before}`}>other run</Link>
        )}
        : <bdi>{sideWords(what, before)}</bdi>
      </span>
      <span>
        {spans.after === null ? (
          'this run'
        ) : (
          <Link to={withQuery({ span: spans.after })}>this run</Link>
        )}
        : <bdi>{sideWords(what, after)}</bdi>
      </span>
      {ratio !== '' && <span class="muted">{ratio}</span>}
    </p>
  )
}
