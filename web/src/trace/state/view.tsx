/** The shared state of a run: key by key what changed it, and the whole of it at any moment. */

import { useEffect, useMemo, useRef } from 'preact/hooks'
import { get } from '../../api.ts'
import { countOf, duration } from '../../format.ts'
import { useLoad } from '../../load.ts'
import { Empty, Failure, Loading } from '../../parts/states.tsx'
import { change, query } from '../../route.ts'
import type { StateHistory } from '../../types.ts'
import { peopleOf } from '../people.ts'
import type { Run } from '../run.ts'
import { filled, hiddenSpans } from './contents.ts'
import { History } from './history.tsx'
import { contentsOf } from './load-contents.ts'
import { at as valueAt, partsOf, replay, stateAfter, textOf } from './replay.ts'
import type { Step } from './replay.ts'
import './style.css'

/** Between two questions while it changes, ms: each looks through the whole trace. */
const AGAIN_MS = 1_000
/** What is shown of the whole state, characters. */
const STATE_CHARS_MAX = 60_000

export function StateView({ run }: { readonly run: Run }) {
  const { trace, facts } = run
  // A change that happens now is a fact of its own: then it is asked anew.
  const changes = facts.filter(({ type }) => type === 'state.changed').length
  const path = `/api/v1/traces/${trace}/state`
  const history = useLoad(`state ${trace}`, (signal) => get<StateHistory>(path, {}, signal))
  const { value, error, again } = history
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  useEffect(() => {
    if (value === undefined || timer.current !== undefined) return
    timer.current = setTimeout(() => {
      timer.current = undefined
      again()
    }, AGAIN_MS)
  }, [changes])
  const spans = useMemo(() => (value === undefined ? [] : hiddenSpans(value)), [value])
  const contents = useLoad(`contents ${trace} ${spans.join()}`, (signal) =>
    spans.length === 0 ? Promise.resolve([]) : contentsOf(trace, spans, signal)
  )
  const told = useMemo(() => value && filled(value, contents.value ?? []), [value, contents.value])
  const steps = useMemo(() => replay(told?.keys ?? []), [told])
  if (value === undefined || told === undefined) {
    if (error !== undefined) return <Failure what="The state" error={error} again={again} />
    return <Loading what="the state" />
  }
  if (steps.length === 0) return <Nothing />
  return (
    <section class="state" aria-label="State history">
      {error !== undefined && <Failure what="What changed since" error={error} again={again} />}
      {spans.length > 0 && !contents.loading && (
        <Silence reasons={told.reasons} failed={contents.error?.message} steps={steps} />
      )}
      <Sides run={run} steps={steps} />
    </section>
  )
}

const Nothing = () => (
  <Empty title="No shared state in this run">
    <p>
      No agent changed the state of this run, or none told of it. Skills change it with{' '}
      <code>ctx.state</code>; other code tells changes as lines of <code>type: "state"</code>.
    </p>
  </Empty>
)

interface SilenceProps {
  readonly reasons: readonly string[]
  readonly failed: string | undefined
  readonly steps: readonly Step[]
}

/** Why some values are missing. */
function Silence({ reasons, failed, steps }: SilenceProps) {
  const hidden = steps.filter(
    ({ change: { op, value } }) => value === undefined && (op === 'add' || op === 'replace')
  ).length
  if (hidden === 0) return null
  return (
    <div class="notice">
      <p>
        <strong>
          {countOf(hidden)} of {countOf(steps.length)} changes are told without their values.
        </strong>{' '}
        Values are contents: agents tell them only to observers that they name.
      </p>
      {reasons.map((reason) => (
        <p key={reason}>
          <bdi>{reason}</bdi>
        </p>
      ))}
      {failed !== undefined && <p>{failed}</p>}
    </div>
  )
}

function Sides({ run, steps }: { readonly run: Run; readonly steps: readonly Step[] }) {
  const people = useMemo(() => peopleOf(run.spans, run.handoffs), [run.version])
  const asked = Number(query.value.get('at') ?? Number.NaN)
  const until = Number.isFinite(asked) ? asked : Infinity
  const past = useMemo(() => steps.filter(({ change }) => change.atUs <= until), [steps, until])
  return (
    <>
      <Slider steps={steps} past={past} startUs={run.summary.startUs} />
      <div class="sides">
        <History {...{ run, people, steps, until }} />
        <Whole past={past} />
      </div>
    </>
  )
}

interface SliderProps {
  readonly steps: readonly Step[]
  readonly past: readonly Step[]
  readonly startUs: number
}

function Slider({ steps, past, startUs }: SliderProps) {
  const times = useMemo(() => [...new Set(steps.map(({ change: { atUs } }) => atUs))], [steps])
  const here = past.at(-1)?.change.atUs
  const index = here === undefined ? 0 : times.indexOf(here) + 1
  const offset = (us: number): string => `+${duration(Math.max(0, us - startUs) / 1_000)}`
  const words =
    here === undefined
      ? 'before the first change'
      : `${offset(here)}, after ${past.length} of ${steps.length} changes`
  const move = (to: number): void => {
    const us = to === 0 ? (times[0] ?? 1) - 1 : times[to - 1]
    change({ at: to === times.length ? undefined : String(us) }, 'replace')
  }
  return (
    <div class="panel slider">
      <label for="state-at">State at</label>
      <button type="button" disabled={index === 0} onClick={() => move(index - 1)}>
        <span aria-hidden="true">‹</span>
        <span class="unseen">Earlier change</span>
      </button>
      <input
        id="state-at"
        type="range"
        min={0}
        max={times.length}
        value={index}
        aria-valuetext={words}
        onInput={({ currentTarget }) => move(Number(currentTarget.value))}
      />
      <button type="button" disabled={index === times.length} onClick={() => move(index + 1)}>
        <span aria-hidden="true">›</span>
        <span class="unseen">Later change</span>
      </button>
      <output for="state-at">{words}</output>
    </div>
  )
}

/** All of it at the chosen moment; what the last change touched is said above it. */
function Whole({ past }: { readonly past: readonly Step[] }) {
  const last = past.at(-1)
  const state = useMemo(() => stateAfter(past), [past])
  const text = useMemo(() => textOf(state), [state])
  const long = text.length > STATE_CHARS_MAX
  const touched = last && valueAt(state, partsOf(last.change.path))
  return (
    <div class="panel whole">
      <h2>The whole state then</h2>
      {last !== undefined && (
        <p class="muted">
          Changed last:{' '}
          <code>
            <bdi>{last.change.path === '' ? 'all of it' : last.change.path}</bdi>
          </code>
          {touched === undefined && ', which is gone'}
        </p>
      )}
      <pre role="region" aria-label="The whole state then" tabIndex={0}>
        <code>
          <bdi>{long ? text.slice(0, STATE_CHARS_MAX) : text}</bdi>
        </code>
      </pre>
      {long && <p class="muted">The first {countOf(STATE_CHARS_MAX)} characters of it.</p>}
    </div>
  )
}
