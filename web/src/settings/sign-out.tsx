/** Who is signed in, and how to leave. */

import { useState } from 'preact/hooks'
import { send } from '../api.ts'
import type { ApiError } from '../api.ts'
import { useMe } from '../me.tsx'

export function SignOut() {
  const me = useMe()
  const [error, setError] = useState<ApiError>()
  if (me === undefined) return null
  if (me.by === 'key') {
    return (
      <span class="muted">
        with the key “<bdi>{me.name}</bdi>”
      </span>
    )
  }
  const leave = (): void => {
    send('POST', '/sign-out').then(
      // What was loaded is forgotten with the page.
      () => location.assign('/'),
      (thrown: unknown) => setError(thrown as ApiError)
    )
  }
  return (
    <span class="row">
      {error && (
        <span class="wrong" role="alert">
          {error.message}
        </span>
      )}
      <span class="muted">signed in as {me.name}</span>
      <button type="button" onClick={leave}>
        Sign out
      </button>
    </span>
  )
}
