/** Lines for a terminal, with a button that copies them and says so. */

import { useEffect, useRef, useState } from 'preact/hooks'

/** How long the button says what it did, ms. */
const SAID_MS = 2_500

interface CopyProps {
  /** What is copied, in words: the button's name for those who do not see where it stands. */
  readonly what: string
  readonly text: string
  /** Why it cannot be copied yet. */
  readonly notYet?: string | undefined
}

export function Lines({ what, text, notYet }: CopyProps) {
  const [said, setSaid] = useState('')
  const code = useRef<HTMLElement>(null)
  useEffect(() => {
    if (said === '') return undefined
    const timer = setTimeout(() => setSaid(''), SAID_MS)
    return () => clearTimeout(timer)
  }, [said])
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setSaid('Copied')
    } catch {
      // Over plain HTTP from another machine, browsers let no page write there.
      if (code.current !== null) getSelection()?.selectAllChildren(code.current)
      setSaid('Selected: copy it with Ctrl+C')
    }
  }
  const isCopied = said === 'Copied'
  return (
    <div class="lines">
      <pre tabIndex={0} aria-label={what}>
        <code ref={code}>{text}</code>
      </pre>
      <button
        type="button"
        disabled={notYet !== undefined}
        title={notYet}
        aria-label={`${isCopied ? 'Copied' : 'Copy'} ${what}`}
        onClick={() => void copy()}
      >
        {isCopied && <span aria-hidden="true">✓ </span>}
        {isCopied ? 'Copied' : 'Copy'}
      </button>
      <span class={isCopied ? 'unseen' : 'muted'} role="status">
        {said}
      </span>
    </div>
  )
}
