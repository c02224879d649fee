/** What one can do with a whole run: keep it, share it, take it along. */

import { useState } from 'preact/hooks'
import { send } from '../api.ts'
import { useMayChange } from '../me.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { ShareButton } from '../share/share-button.tsx'
import type { Run } from './run.ts'

const US = 1_000

export function Actions({ run: { trace, summary } }: { readonly run: Run }) {
  const from = Math.floor(summary.startUs / US)
  // The traces that began in the same ms: nearly always this one alone.
  const download = `/api/v1/export?from=${from}&to=${from + 1}`
  return (
    <div class="row trace-actions">
      <Pin key={trace} trace={trace} pinned={summary.pinned} />
      <CopyButton text={() => trace} name="Copy id" />
      <details class="take">
        <summary>Export</summary>
        <ul>
          <li>
            <a href={download} download>
              NDJSON
            </a>
          </li>
          <li>
            <a href={`${download}&format=otlp`} download>
              OTLP
            </a>
          </li>
        </ul>
      </details>
      <ShareButton trace={trace} />
    </div>
  )
}

interface PinProps {
  readonly trace: string
  readonly pinned: boolean
}

/** A pinned run is kept, whatever retention says. */
function Pin({ trace, pinned }: PinProps) {
  const may = useMayChange()
  const [chosen, setChosen] = useState<boolean | undefined>(undefined)
  const [trouble, setTrouble] = useState('')
  const on = chosen ?? pinned
  const turn = async (): Promise<void> => {
    setTrouble('')
    try {
      await send(on ? 'DELETE' : 'PUT', `/api/v1/traces/${trace}/pin`)
      setChosen(!on)
    } catch (error) {
      setTrouble((error as Error).message)
    }
  }
  if (!may) return on ? <span class="muted">Pinned</span> : null
  return (
    <>
      <button
        type="button"
        aria-pressed={on}
        title="Pinned: kept, whatever the rules for old traces say"
        onClick={() => void turn()}
      >
        Pin
      </button>
      {trouble !== '' && (
        <span role="alert" class="status error">
          {trouble}
        </span>
      )}
    </>
  )
}
