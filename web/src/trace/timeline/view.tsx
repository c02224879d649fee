/** The timeline: who did what when, a lane for each agent. */

import { duration } from '../../format.ts'
import { Status } from '../../parts/status.tsx'
import { keyOf } from '../buffer.ts'
import type { Run } from '../run.ts'

export function TimelineView({ run }: { readonly run: Run }) {
  return (
    <ol>
      {run.spans.slice(0, 500).map((span) => (
        <li key={keyOf(span)}>
          <Status of={span.status} /> <bdi>{span.agent}</bdi> <bdi>{span.name}</bdi>{' '}
          {span.startUs !== undefined &&
            span.endUs !== undefined &&
            duration((span.endUs - span.startUs) / 1_000)}
        </li>
      ))}
    </ol>
  )
}
