/** All traces, newest first. */

import { get } from '../api.ts'
import { useLoad } from '../load.ts'
import { Empty, Failure, Loading } from '../parts/states.tsx'
import type { Page, TraceSummary } from '../types.ts'
import { TraceTable } from './table.tsx'

export function TracesPage() {
  const { value, error, again } = useLoad('traces', (signal) =>
    get<Page<TraceSummary>>('/api/v1/traces', {}, signal)
  )
  return (
    <>
      <h1>Traces</h1>
      {error && <Failure what="The traces" error={error} again={again} />}
      {value === undefined && error === undefined && <Loading what="traces" />}
      {value?.items.length === 0 && <Empty title="No traces yet" />}
      {value !== undefined && value.items.length > 0 && <TraceTable traces={value.items} />}
    </>
  )
}
