/** Loading for a view: what is known, whether more comes, and what went wrong. */

import { useEffect, useRef, useState } from 'preact/hooks'
import { ApiError } from './api.ts'

export interface Loaded<Value> {
  /** The newest; it stays while it is loaded again, and after a failure. */
  readonly value: Value | undefined
  readonly loading: boolean
  readonly error: ApiError | undefined
  again(): void
}

/** How often a failure that may pass is tried again by itself, ms. */
const RETRY_MS = 5_000

/**
 * Load again whenever the key changes; what is not wanted any more is given up.
 *
 * @param key says what is loaded; another one forgets the value
 */
export function useLoad<Value>(
  key: string,
  load: (signal: AbortSignal) => Promise<Value>
): Loaded<Value> {
  const [state, setState] = useState<Known<Value>>({ key, value: undefined, error: undefined })
  const [turn, setTurn] = useState(0)
  const [loading, setLoading] = useState(true)
  const newest = useRef(load)
  newest.current = load
  const again = (): void => setTurn((n) => n + 1)
  useEffect(() => {
    const leaving = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    setLoading(true)
    newest
      .current(leaving.signal)
      .then(
        (value) => {
          // It may come before it can be given up, and older than what is shown by now.
          if (!leaving.signal.aborted) setState({ key, value, error: undefined })
        },
        (thrown: unknown) => {
          if (leaving.signal.aborted) return
          const error = toApiError(thrown)
          setState((known) => ({
            ...{ key, error },
            value: known.key === key ? known.value : undefined
          }))
          const passing = error.status === 0 || error.status === 429 || error.status >= 500
          if (passing) timer = setTimeout(again, error.retryAfterMs ?? RETRY_MS)
        }
      )
      .finally(() => {
        if (!leaving.signal.aborted) setLoading(false)
      })
    return () => {
      leaving.abort()
      clearTimeout(timer)
    }
  }, [key, turn])
  const here = state.key === key
  return {
    value: here ? state.value : undefined,
    error: here ? state.error : undefined,
    ...{ loading, again }
  }
}

interface Known<Value> {
  readonly key: string
  readonly value: Value | undefined
  readonly error: ApiError | undefined
}

function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown
  return new ApiError(-1, 'INTERNAL', `The page has a fault of its own: ${String(thrown)}`)
}
