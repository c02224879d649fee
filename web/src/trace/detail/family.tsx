/** What a span is part of, and what is part of it. */

import { duration } from '../../format.ts'
import { Status } from '../../parts/status.tsx'
import type { Span } from '../../types.ts'
import { keyOf } from '../buffer.ts'
import { SpanLink } from './span-link.tsx'

/** Children that are named, count: the failed ones go first. */
const CHILDREN_MAX = 20

interface FamilyProps {
  readonly spans: readonly Span[]
  readonly of: string
  readonly parent: string | undefined
}

export function Family({ spans, of, parent }: FamilyProps) {
  const above = spans.find(({ span }) => span === parent)
  const below = spans.filter((one) => one.parent === of)
  const failed = below.filter(({ status }) => status === 'error')
  const first = [...failed, ...below.filter(({ status }) => status !== 'error')]
  const left = below.length - CHILDREN_MAX
  return (
    <section>
      <h3>Where it belongs</h3>
      {parent === undefined && <p class="muted">Part of nothing: the trace begins here.</p>}
      {above !== undefined && (
        <p>
          Part of <One of={above} />
        </p>
      )}
      {parent !== undefined && above === undefined && (
        <p class="muted">
          Part of <code>{parent}</code>, of which nobody has told.
        </p>
      )}
      {below.length > 0 && (
        <>
          <p>Part of it:</p>
          <ul class="family">
            {first.slice(0, CHILDREN_MAX).map((one) => (
              <li key={keyOf(one)}>
                <One of={one} />
              </li>
            ))}
          </ul>
          {left > 0 && <p class="muted">and {left} more.</p>}
        </>
      )}
    </section>
  )
}

function One({ of }: { readonly of: Span }) {
  const { span, name, kind, agent, status, startUs, endUs } = of
  return (
    <>
      <SpanLink to={span}>
        <bdi>{(name ?? kind).slice(0, 120)}</bdi>
      </SpanLink>{' '}
      <Status of={status} />{' '}
      <span class="muted">
        <bdi>{agent?.slice(0, 60)}</bdi>
        {startUs !== undefined && endUs !== undefined && `, ${duration((endUs - startUs) / 1_000)}`}
      </span>
    </>
  )
}
