/** To newer and older traces: links, so that each page is an address of its own. */

import { Link } from '../link.tsx'
import { withQuery } from '../route.ts'
import type { TracePage } from '../types.ts'
import { NEWEST } from './pages.ts'

interface PagerProps {
  readonly page: TracePage
  /** It is the first one already. */
  readonly isNewest: boolean
}

export function Pager({ page: { prev, next }, isNewest }: PagerProps) {
  if (isNewest && next === undefined) return null
  return (
    <nav class="pager row" aria-label="Pages">
      {!isNewest && <Link to={withQuery({ ...NEWEST })}>Newest</Link>}
      {prev !== undefined && (
        <Link to={withQuery({ ...NEWEST, before: prev })} class="newer">
          ← Newer
        </Link>
      )}
      {next === undefined ? (
        <span class="muted">These are the oldest.</span>
      ) : (
        <Link to={withQuery({ ...NEWEST, after: next })} class="older">
          Older →
        </Link>
      )}
    </nav>
  )
}
