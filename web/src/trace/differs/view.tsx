/** What differs between this run and others of the same name. */

import { get } from '../../api.ts'
import { duration, moment, tail } from '../../format.ts'
import { Link } from '../../link.tsx'
import { useLoad } from '../../load.ts'
import { Empty, Failure, Loading } from '../../parts/states.tsx'
import { change, query } from '../../route.ts'
import type { TraceDiff, TraceSummary } from '../../types.ts'
import { isTraceId } from '../ids.ts'
import type { Run } from '../run.ts'
import { Differences } from './differences.tsx'
import { ManyRuns } from './many-runs.tsx'
import { runsLike } from './runs.ts'
import type { Alike } from './runs.ts'
import './style.css'

export function DiffersView({ run: { summary, trace } }: { readonly run: Run }) {
  const { name } = summary
  const { value, error, again } = useLoad(`alike ${trace} ${name}`, (signal) =>
    runsLike(summary, signal)
  )
  if (value === undefined) {
    if (error !== undefined) return <Failure what="Other runs" error={error} again={again} />
    return <Loading what="other runs of the same name" />
  }
  const newest = summary.status === 'ok' ? value.failing[0] : value.passing[0]
  const asked = query.value.get('with') ?? ''
  const nearest = newest ?? value.passing[0] ?? value.failing[0]
  const other = isTraceId(asked) ? asked : nearest?.trace
  if (other === undefined) return <Alone name={name} />
  return (
    <section class="differs" aria-label="Beside another run">
      <Chooser alike={value} other={other} />
      <Compared run={summary} other={other} alike={value} />
      <ManyRuns run={summary} alike={value} />
    </section>
  )
}

const Alone = ({ name }: { readonly name: string }) => (
  <Empty title="Nothing to compare with yet">
    <p>
      {name === '' ? (
        'This run has no name, so no other one is known to be of its kind.'
      ) : (
        <>
          No other run is called <bdi>{name}</bdi>. Run it again, and what differs shows here.
        </>
      )}
    </p>
  </Empty>
)

/** Passing runs stand first: beside them a failure stands out. */
function Chooser({ alike, other }: { readonly alike: Alike; readonly other: string }) {
  const { passing, failing } = alike
  const known = [...passing, ...failing].some(({ trace }) => trace === other)
  return (
    <p class="row">
      <label for="differs-with">Compare this run with</label>
      <select
        id="differs-with"
        value={other}
        onChange={({ currentTarget }) => change({ with: currentTarget.value })}
      >
        {!known && <option value={other}>the run {tail(other)}</option>}
        {passing.length > 0 && <Options title="Passing runs" runs={passing} />}
        {failing.length > 0 && <Options title="Failing runs" runs={failing} />}
      </select>
      <Link to={`/trace/${other}`}>Open that run</Link>
    </p>
  )
}

interface OptionsProps {
  readonly title: string
  readonly runs: readonly TraceSummary[]
}

const Options = ({ title, runs }: OptionsProps) => (
  <optgroup label={title}>
    {runs.map(({ trace, status, startUs, endUs }) => (
      <option key={trace} value={trace}>
        {status === 'ok' ? '✓' : '✕'} {moment(startUs)}
        {endUs !== null && ` · ${duration((endUs - startUs) / 1_000)}`} · {tail(trace)}
      </option>
    ))}
  </optgroup>
)

interface ComparedProps {
  readonly run: TraceSummary
  readonly other: string
  readonly alike: Alike
}

function Compared({ run: { trace, status }, other, alike }: ComparedProps) {
  // Of the other first: what is told is how this one left its way; and again when it ends.
  const path = `/api/v1/traces/${other}/diff/${trace}`
  const { value, error, again, loading } = useLoad(`${path} ${status}`, (signal) =>
    get<TraceDiff>(path, {}, signal)
  )
  if (value === undefined) {
    if (error?.status === 404) {
      return <p class="notice">That run is not here any more, or was never told of.</p>
    }
    if (error !== undefined) return <Failure what="What differs" error={error} again={again} />
    return <Loading what="what differs" />
  }
  const failed = alike.failing.some((one) => one.trace === other)
  return (
    <div aria-busy={loading}>
      <Differences diff={value} other={other} otherFailed={failed} />
    </div>
  )
}
