/** A button that takes a text along which stands elsewhere, or is too long to. */

import { useState } from 'preact/hooks'

interface CopyButtonProps {
  readonly text: () => string
  /** What is on it: `Copy id`. */
  readonly name: string
}

export function CopyButton({ text, name }: CopyButtonProps) {
  const [said, setSaid] = useState('')
  const copy = (): void => {
    // Over plain HTTP from another machine browsers have no clipboard to give.
    const written = navigator.clipboard?.writeText(text()) ?? Promise.reject(new Error('none'))
    written.then(
      () => setSaid('Copied'),
      () => setSaid('This browser does not let a page copy')
    )
  }
  return (
    <>
      <button type="button" onClick={copy}>
        {name}
      </button>
      <span role="status" class="muted">
        {said}
      </span>
    </>
  )
}
