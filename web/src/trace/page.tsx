/** One trace. */

import { get } from '../api.ts'
import { duration } from '../format.ts'
import { useLoad } from '../load.ts'
import { Failure, Loading } from '../parts/states.tsx'
import { Status } from '../parts/status.tsx'
import type { Page, Span, TraceDetail } from '../types.ts'

export function TracePage({ trace }: { readonly trace: string }) {
  const path = `/api/v1/traces/${trace}`
  const { value, error, again } = useLoad(trace, async (signal) => {
    const [detail, spans] = await Promise.all([
      get<TraceDetail>(path, {}, signal),
      get<Page<Span>>(`${path}/spans`, { limit: 500 }, signal)
    ])
    return { detail, spans: spans.items }
  })
  if (value === undefined) {
    return error ? (
      <Failure what="This trace" error={error} again={again} />
    ) : (
      <Loading what="the trace" />
    )
  }
  const { summary } = value.detail
  return (
    <>
      <h1>
        <bdi>{summary.name}</bdi>
      </h1>
      <p>
        <Status of={summary.status} /> <code>{trace}</code>
      </p>
      <ol>
        {value.spans.map(({ span, source, name, agent, startUs, endUs, status }) => (
          <li key={`${span} ${source.by}`}>
            <Status of={status} /> <bdi>{agent}</bdi> <bdi>{name}</bdi>{' '}
            {startUs !== undefined && endUs !== undefined && duration((endUs - startUs) / 1_000)}
          </li>
        ))}
      </ol>
    </>
  )
}
