/** A part of a page that fails by itself: what stands beside it stays, and says what happened. */

import type { ComponentChildren } from 'preact'
import { useErrorBoundary } from 'preact/hooks'
import { ApiError } from '../api.ts'
import { Failure } from './states.tsx'

interface GuardedProps {
  /** What cannot be shown then, as a sentence begins. */
  readonly what: string
  readonly children: ComponentChildren
}

export function Guarded({ what, children }: GuardedProps) {
  const [thrown, again] = useErrorBoundary((error: unknown) => {
    // For whoever looks for the cause: in the page stands only what a reader needs.
    reportError(error)
  })
  if (thrown === undefined) return children
  const error = new ApiError(-1, 'INTERNAL', `The page has a fault of its own: ${String(thrown)}`)
  return <Failure what={what} error={error} again={again} />
}
