/** Where a run broke, in words and before anything is opened: failures that no other one caused. */

import { Link } from '../link.tsx'
import { withQuery } from '../route.ts'
import type { Run } from './run.ts'

/** Failures that are told, count: the timeline has them all. */
const SHOWN_MAX = 3
/** Of one message, characters: the span has the whole of it. */
const MESSAGE_MAX = 280

export function WhereItBroke({ run }: { readonly run: Run }) {
  const failed = run.detail?.failed ?? []
  if (failed.length === 0) return null
  const more = failed.length - SHOWN_MAX
  return (
    <aside class="broke" aria-label="Where it broke">
      <ul>
        {failed.slice(0, SHOWN_MAX).map(({ span, name, agent, error }) => (
          <li key={span}>
            <span aria-hidden="true">✕ </span>
            <Link to={withQuery({ span })}>
              <bdi>{name}</bdi>
            </Link>
            {agent !== null && (
              <>
                {' of '}
                <bdi>{agent}</bdi>
              </>
            )}
            {': '}
            <code>
              <bdi>{error.code}</bdi>
            </code>{' '}
            <bdi>{clipped(error.message)}</bdi>
          </li>
        ))}
      </ul>
      {more > 0 && <p class="muted">And {more} more, in the timeline.</p>}
    </aside>
  )
}

const clipped = (text: string): string =>
  text.length > MESSAGE_MAX ? `${text.slice(0, MESSAGE_MAX).trimEnd()} …` : text
