/** In place of a trace that is not there, is none, or could not be got. */

import type { ApiError } from '../api.ts'
import { Link } from '../link.tsx'
import { Empty, Failure } from '../parts/states.tsx'

interface NowhereProps {
  readonly error: ApiError
  readonly again: () => void
}

export function Nowhere({ error, again }: NowhereProps) {
  if (error.status !== 404 && error.status !== 400) {
    return (
      <>
        <h1>Trace</h1>
        <Failure what="This trace" error={error} again={again} />
      </>
    )
  }
  return <NoTrace />
}

export function NoTrace() {
  return (
    <Empty title="There is no such trace" level={1}>
      <p>It was removed, or kept long enough; or a part of its address is missing.</p>
      <p>
        <Link to="/">All traces</Link>
      </p>
    </Empty>
  )
}
