/** Text to copy: it can be read and marked, and a button takes it along. */

import { useState } from 'preact/hooks'

interface CopyProps {
  readonly text: string
  /** What it is, for the button: `Copy the key`. */
  readonly what: string
}

export function Copy({ text, what }: CopyProps) {
  const [done, setDone] = useState<'copied' | 'failed'>()
  const copy = (): void => {
    // Over plain HTTP from another machine browsers have no clipboard to give.
    const written = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('none'))
    written.then(
      () => setDone('copied'),
      () => setDone('failed')
    )
  }
  return (
    <div class="copy">
      <pre tabIndex={0} aria-label={what}>
        <code>{text}</code>
      </pre>
      <button type="button" aria-label={`Copy ${what}`} onClick={copy}>
        Copy
      </button>
      <span role="status" class="muted">
        {done === 'copied' && 'Copied'}
        {done === 'failed' && 'Mark it and copy it by hand'}
      </span>
    </div>
  )
}
