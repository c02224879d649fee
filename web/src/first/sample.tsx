/** The sample run: loaded with one click, and removed with another. */

import { useState } from 'preact/hooks'
import type * as z from 'zod/mini'
import type { sample } from '../../../src/gateway/answers-sample.ts'
import { ApiError, get, send } from '../api.ts'
import { Link } from '../link.tsx'
import { useLoad } from '../load.ts'
import { useMayChange } from '../me.tsx'
import './first.css'

type Sample = z.infer<typeof sample>
const PATH = '/api/v1/sample'

interface Changing {
  readonly busy: boolean
  readonly error: string | undefined
  readonly change: (method: 'POST' | 'DELETE') => void
}

/** @param changed called once it is loaded, or gone */
function useChange(changed: () => void): Changing {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string>()
  const change = (method: 'POST' | 'DELETE'): void => {
    setBusy(true)
    setError(undefined)
    send<Sample>(method, PATH)
      .then(
        () => {
          // The button is gone with this: whoever pressed a key begins at the top of what comes.
          document.getElementById('main')?.focus({ preventScroll: true })
          changed()
        },
        (thrown: unknown) => {
          setError(thrown instanceof ApiError ? thrown.message : String(thrown))
        }
      )
      .finally(() => setBusy(false))
  }
  return { busy, error, change }
}

interface SampleProps {
  /** The list is to be loaded again. */
  readonly again: () => void
}

export function LoadSample({ again }: SampleProps) {
  const { busy, error, change } = useChange(again)
  return (
    <p class="row">
      <button type="button" class="main" disabled={busy} onClick={() => change('POST')}>
        {busy ? 'Loading …' : 'Load the sample'}
      </button>
      <span class="muted">Six made-up runs of four agents; one click removes them again.</span>
      {error !== undefined && (
        <span role="alert">
          The sample was not loaded. <bdi>{error}</bdi>
        </span>
      )}
    </p>
  )
}

/** Above the list, as long as the sample is there. */
export function SampleNotice({ again }: SampleProps) {
  const may = useMayChange()
  const { value, again: look } = useLoad('sample', (signal) => get<Sample>(PATH, {}, signal))
  const { busy, error, change } = useChange(() => {
    look()
    again()
  })
  if (value === undefined || value.loaded === 0) return null
  return (
    <aside class="sample" aria-label="Sample">
      <p>
        <strong>The sample is loaded.</strong> One of its runs failed.{' '}
        <Link to={`/trace/${value.failed}`}>Open it</Link>, and find out why.
      </p>
      {may && (
        <button type="button" disabled={busy} onClick={() => change('DELETE')}>
          {busy ? 'Removing …' : 'Remove the sample'}
        </button>
      )}
      {error !== undefined && (
        <p role="alert">
          The sample was not removed. <bdi>{error}</bdi>
        </p>
      )}
    </aside>
  )
}
