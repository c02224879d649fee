/** One trace: its head, and the view of it that the address names. */

import { lazy, Suspense } from 'preact/compat'
import type { ApiError } from '../api.ts'
import { named } from '../hint.ts'
import { Link } from '../link.tsx'
import { useCurrentInSight } from '../parts/in-sight.ts'
import { Guarded } from '../parts/guarded.tsx'
import { Failure, Loading } from '../parts/states.tsx'
import { query, withQuery } from '../route.ts'
import { useTitle } from '../title.ts'
import { WhereItBroke } from './broke.tsx'
import { TraceHeader } from './header.tsx'
import { isSpanId, isTraceId } from './ids.ts'
import { IntegrityPanel, useIntegrity } from './integrity/panel.tsx'
import { useRun } from './load-run.ts'
import { NoTrace, Nowhere } from './nowhere.tsx'
import './page.css'
import type { Run } from './run.ts'
import { VIEWS } from './views.ts'

const SpanPanel = lazy(async () => (await import('./detail/panel.tsx')).SpanPanel)

interface TracePageProps {
  readonly trace: string
}

export function TracePage({ trace }: TracePageProps) {
  useTitle('Trace')
  return isTraceId(trace) ? <KnownTrace trace={trace} /> : <NoTrace />
}

function KnownTrace({ trace }: TracePageProps) {
  const { run, error, again } = useRun(trace)
  if (run === undefined) {
    if (error === undefined) return <Loading what="the trace" />
    return <Nowhere error={error} again={again} />
  }
  return <RunPage run={run} error={error} again={again} />
}

interface RunPageProps {
  readonly run: Run
  readonly error: ApiError | undefined
  again(): void
}

function RunPage({ run, error, again }: RunPageProps) {
  const { value } = query
  const integrity = useIntegrity(run)
  const { id, name, View } = VIEWS.find((one) => one.id === value.get('view')) ?? VIEWS[0]!
  const asked = value.get('span') ?? ''
  const span = isSpanId(asked) ? asked : null
  useTitle(named(run.summary.name === '' ? run.trace : run.summary.name))
  return (
    <>
      <TraceHeader run={run} integrity={integrity.value} />
      <WhereItBroke run={run} />
      {value.get('integrity') === 'open' && <IntegrityPanel run={run} loaded={integrity} />}
      {error && <Failure what="All of this trace" error={error} again={again} />}
      <Tabs here={id} />
      <div class={span === null ? 'trace-body' : 'trace-body beside'}>
        <section aria-label={name} class="trace-view">
          <Guarded key={id} what={`The view “${name}”`}>
            <Suspense fallback={<Loading what={name} />}>
              <View run={run} />
            </Suspense>
          </Guarded>
        </section>
        {span !== null && (
          <Guarded key={span} what="This span">
            <Suspense fallback={null}>
              <SpanPanel run={run} span={span} />
            </Suspense>
          </Guarded>
        )}
      </div>
    </>
  )
}

function Tabs({ here }: { readonly here: string }) {
  const bar = useCurrentInSight(here)
  return (
    <nav aria-label="Views of this trace" class="tabs" ref={bar}>
      {VIEWS.map(({ id, name }, at) => (
        <Link
          key={id}
          to={withQuery({ view: at === 0 ? undefined : id })}
          aria-current={id === here ? 'page' : undefined}
        >
          {name}
        </Link>
      ))}
    </nav>
  )
}
