/** What one can do with the timeline, in words: whatever a gesture does, a button does too. */

import { countOf, duration, percent } from '../../format.ts'
import { change, query } from '../../route.ts'
import type { Segment } from '../../../../src/observer/query/critical-path.ts'
import { KEYS } from './keys.ts'
import { FAILED } from './lanes.ts'
import type { Timeline } from './model.ts'
import { idleShare } from './scale.ts'

/** From which share of idle time on shortening it is offered. */
const OFFER_FROM = 0.3
/** Of the critical path, steps that are named, count. */
const STEPS_SHOWN = 3
/** Below this share of the whole a step explains nothing. */
const STEP_SHARE_MIN = 0.01

interface ToolbarProps {
  readonly timeline: Timeline
  readonly found: Uint8Array | undefined
  readonly path: readonly Segment[] | undefined
  readonly complete: boolean
}

export function Toolbar({ timeline, found, path, complete }: ToolbarProps) {
  const { spans, flags } = timeline.layout.value
  const failed = flags.reduce((sum, one) => sum + ((one & FAILED) === 0 ? 0 : 1), 0)
  return (
    <>
      <div class="row tl-tools" role="toolbar" aria-label="Timeline">
        <Find timeline={timeline} found={found} />
        {failed > 0 && (
          <button type="button" onClick={() => timeline.nextFailure()}>
            Next failure <span class="muted">of {countOf(failed)}</span>
          </button>
        )}
        <Switch name="Critical path" parameter="path" value="critical" />
        {(timeline.gaps.value.length > 0 || query.value.get('idle') === 'short') && (
          <Switch name="Shorten idle time" parameter="idle" value="short" />
        )}
        <Zoom timeline={timeline} />
        <Keys />
      </div>
      <Offer timeline={timeline} />
      {path !== undefined && <PathWords path={path} />}
      {!complete && (
        <p class="muted" role="status">
          Loading: {countOf(spans.length)} spans so far.
        </p>
      )}
    </>
  )
}

interface SwitchProps {
  readonly name: string
  readonly parameter: string
  readonly value: string
}

function Switch({ name, parameter, value }: SwitchProps) {
  const on = query.value.get(parameter) === value
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={() => change({ [parameter]: on ? undefined : value })}
    >
      {name}
    </button>
  )
}

function Zoom({ timeline }: { readonly timeline: Timeline }) {
  return (
    <span class="row tl-zoom">
      <button type="button" aria-label="Nearer" onClick={() => timeline.zoom(0.6)}>
        +
      </button>
      <button type="button" aria-label="Farther" onClick={() => timeline.zoom(1 / 0.6)}>
        −
      </button>
      <button
        type="button"
        disabled={timeline.chosen.value === undefined}
        onClick={() => timeline.reset()}
      >
        All of it
      </button>
    </span>
  )
}

type FindProps = Pick<ToolbarProps, 'timeline' | 'found'>

function Find({ timeline, found }: FindProps) {
  const count = found?.reduce((sum, one) => sum + one, 0)
  const next = (step: 1 | -1): void => {
    if (found !== undefined) timeline.activate(timeline.find((span) => found[span] === 1, step))
  }
  return (
    <span class="row tl-find">
      <input
        type="search"
        aria-label="Find in this trace"
        placeholder="Find in this trace"
        value={query.value.get('find') ?? ''}
        onInput={({ currentTarget }) => change({ find: currentTarget.value }, 'replace')}
        onKeyDown={(event) => {
          if (event.key === 'Enter') next(event.shiftKey ? -1 : 1)
        }}
      />
      <span class="muted" role="status">
        {count !== undefined && (count === 0 ? 'nothing' : `${countOf(count)} found`)}
      </span>
    </span>
  )
}

function Offer({ timeline }: { readonly timeline: Timeline }) {
  const length = timeline.lengthUs.value
  const share = idleShare(timeline.gaps.value, length)
  if (share < OFFER_FROM || query.value.get('idle') === 'short') return null
  return (
    <p class="muted">
      For {percent(share)} of {duration(length / 1_000)} nothing happened.{' '}
      <button type="button" class="plain link" onClick={() => change({ idle: 'short' })}>
        Shorten it
      </button>
    </p>
  )
}

/** Where its time went, for who does not see the line. */
function PathWords({ path }: { readonly path: readonly Segment[] }) {
  const own = new Map<string, { name: string; agent: string | null; ms: number }>()
  for (const { span, name, agent, ms } of path) {
    own.set(span, { name, agent, ms: (own.get(span)?.ms ?? 0) + ms })
  }
  const all = path.reduce((sum, { ms }) => sum + ms, 0)
  const most = [...own.values()]
    .filter(({ ms }) => ms >= all * STEP_SHARE_MIN)
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, STEPS_SHOWN)
  if (all === 0) return <p class="muted">There is no path: no span has an end yet.</p>
  return (
    <p>
      Most of its time went into{' '}
      {most.map(({ name, agent, ms }, at) => (
        <span key={at}>
          {at > 0 && ', '}
          <bdi>{name.slice(0, 80)}</bdi>{' '}
          <span class="muted">
            (<bdi>{agent?.slice(0, 80)}</bdi>, {duration(ms)}, {percent(ms / all)})
          </span>
        </span>
      ))}
      .
    </p>
  )
}

function Keys() {
  return (
    <details class="tl-keys">
      <summary>Keys</summary>
      <dl>
        {KEYS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>Ctrl + wheel</kbd>
          </dt>
          <dd>nearer, farther; so does a pinch</dd>
        </div>
      </dl>
      <p class="muted">They work when the picture has the focus.</p>
    </details>
  )
}
