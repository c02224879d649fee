/** Key by key: before, after, who, why, and who changed it at the same time. */

import { useMemo, useState } from 'preact/hooks'
import { countOf, duration } from '../../format.ts'
import { Link } from '../../link.tsx'
import { change as changeQuery, query, withQuery } from '../../route.ts'
import type { People } from '../people.ts'
import type { Run } from '../run.ts'
import type { Step } from './replay.ts'
import { BeforeAfter } from './value.tsx'

/** Keys at first, and changes of each, count. */
const KEYS = 30
const CHANGES = 20

interface HistoryProps {
  readonly run: Run
  readonly people: People
  readonly steps: readonly Step[]
  /** µs: what came later is marked as such. */
  readonly until: number
}

export function History(props: HistoryProps) {
  const { steps, run } = props
  const names = useMemo(() => new Map(run.spans.map(({ span, name }) => [span, name])), [run.spans])
  const only = query.value.get('key')
  const [keys, setKeys] = useState(KEYS)
  const groups = useMemo(() => [...Map.groupBy(steps, ({ key }) => key)], [steps])
  const shown = only === null ? groups : groups.filter(([key]) => key === only)
  return (
    <div class="history">
      {only !== null && (
        <p class="row">
          <span>
            Only{' '}
            <code>
              <bdi>{only}</bdi>
            </code>
          </span>
          <button type="button" onClick={() => changeQuery({ key: undefined })}>
            Show all {countOf(groups.length)} keys
          </button>
        </p>
      )}
      {shown.slice(0, keys).map(([key, changes]) => (
        <Key key={key} name={key} changes={changes} names={names} {...props} />
      ))}
      {shown.length > keys && (
        <button type="button" onClick={() => setKeys(keys + KEYS)}>
          Show more of {countOf(shown.length)} keys
        </button>
      )}
    </div>
  )
}

/** Of steps, by their span. */
type Names = ReadonlyMap<string, string | undefined>

interface KeyProps extends HistoryProps {
  readonly names: Names
  readonly name: string
  readonly changes: readonly Step[]
}

function Key({ name, changes, ...props }: KeyProps) {
  const [more, setMore] = useState(CHANGES)
  const conflicts = changes.filter(({ change }) => change.conflicts.length > 0).length
  return (
    <section class="panel" aria-label={`Key ${name}`}>
      <h2 class="row">
        <Link to={withQuery({ key: name === '' ? undefined : name })}>
          <code>
            <bdi>{name === '' ? 'the whole state' : name}</bdi>
          </code>
        </Link>
        <small class="muted">
          {countOf(changes.length)} {changes.length === 1 ? 'change' : 'changes'}
        </small>
        {conflicts > 0 && <small class="conflict">⚠ {countOf(conflicts)} in conflict</small>}
      </h2>
      <ol>
        {changes.slice(0, more).map((step, at) => (
          <Change key={`${step.change.id} ${at}`} step={step} {...props} />
        ))}
      </ol>
      {changes.length > more && (
        <button type="button" onClick={() => setMore(more + 5 * CHANGES)}>
          Show more of {countOf(changes.length)} changes
        </button>
      )}
    </section>
  )
}

interface ChangeProps extends Omit<KeyProps, 'name' | 'changes'> {
  readonly step: Step
}

const OPS: Readonly<Record<string, string>> = {
  add: 'sets',
  replace: 'replaces',
  remove: 'removes',
  move: 'moves',
  copy: 'copies',
  test: 'checks'
}

function Change({ step, run, people, steps, until, names }: ChangeProps) {
  const { change, before, after } = step
  const { atUs, author, op, path, from, conflicts } = change
  const rivals = steps.filter(({ change: { id } }) => conflicts.includes(id))
  const others = [...new Set(rivals.map(({ change: { author: by } }) => people.of(by).name))]
  const late = atUs > until
  return (
    <li class={late ? 'later' : ''}>
      <p>
        <span class="time">
          +{duration(Math.max(0, atUs - run.summary.startUs) / 1_000)}
          {late && <span class="unseen"> (later than the chosen moment)</span>}
        </span>{' '}
        <strong>
          <bdi>{people.of(author).name}</bdi>
        </strong>{' '}
        {OPS[op] ?? <bdi>{op}</bdi>}{' '}
        <code>
          <bdi>{path === '' ? 'all of it' : path}</bdi>
        </code>
        {from !== null && (
          <>
            {' '}
            from{' '}
            <code>
              <bdi>{from}</bdi>
            </code>
          </>
        )}{' '}
        <Why span={change.span} names={names} />
      </p>
      {op !== 'test' && <BeforeAfter before={before} after={after} />}
      {conflicts.length > 0 && (
        <p class="conflict">
          ⚠ Conflict: {others.length === 0 ? 'somebody' : <bdi>{others.join(', ')}</bdi>} changed it
          at the same time, and neither knew of the other.
        </p>
      )}
    </li>
  )
}

/** The step in which it happened. */
function Why({ span, names }: { readonly span: string | null; readonly names: Names }) {
  if (span === null) return <span class="muted">in no step that was told</span>
  const name = names.get(span)
  return (
    <>
      in{' '}
      <Link to={withQuery({ span })}>
        <bdi>{name ?? `step ${span}`}</bdi>
      </Link>
    </>
  )
}
