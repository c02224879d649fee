/** What a view shows while it has nothing yet, has nothing at all, or could not get it. */

import type { ComponentChildren } from 'preact'
import type { ApiError } from '../api.ts'

/** Rows of grey where the content will be; said to screen readers once. */
export function Loading({ what, rows = 6 }: { readonly what: string; readonly rows?: number }) {
  return (
    <div class="loading" role="status">
      <span class="unseen">Loading {what}</span>
      {Array.from({ length: rows }, (_, at) => (
        <i key={at} aria-hidden="true" />
      ))}
    </div>
  )
}

interface EmptyProps {
  readonly title: string
  /** 1 where it is all there is of a page. */
  readonly level?: 1 | 2
  readonly children?: ComponentChildren
}

export function Empty({ title, level = 2, children }: EmptyProps) {
  return (
    <div class="empty">
      {level === 1 ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children}
    </div>
  )
}

interface FailureProps {
  readonly what: string
  readonly error: ApiError
  readonly again: () => void
}

/** A failure beside what is still shown, or in its place. */
export function Failure({ what, error, again }: FailureProps) {
  if (error.status === 401) return <SignIn />
  return (
    <div class="failure" role="alert">
      <p>
        <strong>{what} could not be loaded.</strong> {error.message}
      </p>
      <p>
        <button type="button" onClick={again}>
          Try again
        </button>{' '}
        <code>{error.code}</code>
      </p>
    </div>
  )
}

function SignIn() {
  return (
    <Empty title="Sign in to see your traces">
      <p>Open the link that the observer printed when it started. For a new one, run</p>
      <pre>
        <code>npx peerwork observe sign-in</code>
      </pre>
      <p>on its machine. A link works once; the browser then stays signed in for a week.</p>
    </Empty>
  )
}
