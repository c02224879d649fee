/** One trace: its head, and the view of it that the address names. */

import { Suspense } from 'preact/compat'
import { Link } from '../link.tsx'
import { Failure, Loading } from '../parts/states.tsx'
import { query, withQuery } from '../route.ts'
import { TraceHeader } from './header.tsx'
import { useRun } from './load-run.ts'
import './page.css'
import { VIEWS } from './views.ts'

export function TracePage({ trace }: { readonly trace: string }) {
  const { run, error, again } = useRun(trace)
  if (run === undefined) {
    if (error === undefined) return <Loading what="the trace" />
    return <Failure what="This trace" error={error} again={again} />
  }
  const chosen = query.value.get('view')
  const { id, name, View } = VIEWS.find((one) => one.id === chosen) ?? VIEWS[0]!
  return (
    <>
      <TraceHeader run={run} />
      {error && <Failure what="All of this trace" error={error} again={again} />}
      <Tabs here={id} />
      <section aria-label={name} class="trace-view">
        <Suspense fallback={<Loading what={name} />}>
          <View run={run} />
        </Suspense>
      </section>
    </>
  )
}

function Tabs({ here }: { readonly here: string }) {
  return (
    <nav aria-label="Views of this trace" class="tabs">
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
