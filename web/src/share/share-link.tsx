/** A link that was just made: shown this once, to copy. */

import { useEffect, useRef, useState } from 'preact/hooks'
import { countOf, moment } from '../format.ts'
import type { NewShare } from './types.ts'

const isHere = (url: string): boolean => /^http:\/\/(?:127\.|localhost|\[::1\])/.test(url)

interface LinkProps {
  readonly made: NewShare
  /** What it shows, in words. */
  readonly shown: string
}

const WORDS = {
  fresh: 'It is shown this once, and kept as a hash alone.',
  copied: 'Copied.',
  refused: 'The browser lends no clipboard. Mark it and copy it by hand.'
}

export function ShareLink({ made, shown }: LinkProps) {
  const { url, expires, maxViews } = made
  const [copied, setCopied] = useState<keyof typeof WORDS>('fresh')
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    input.current?.focus()
    input.current?.select()
  }, [])
  const copy = (): void => {
    navigator.clipboard.writeText(url).then(
      () => setCopied('copied'),
      () => setCopied('refused')
    )
  }
  // Over plain HTTP from another machine browsers lend no clipboard.
  const canCopy = isSecureContext
  const views = maxViews === null ? '' : ` or ${countOf(maxViews)} views`
  return (
    <div class="panel">
      <label class="share-field">
        The link
        <span class="link">
          <input
            type="text"
            readOnly
            value={url}
            ref={input}
            onFocus={({ currentTarget }) => currentTarget.select()}
          />
          {canCopy && (
            <button type="button" class="main" onClick={copy}>
              Copy
            </button>
          )}
        </span>
      </label>
      <p role="status">{WORDS[copied]}</p>
      {isHere(url) && (
        <p class="notice">
          It leads to this machine, and opens on no other: start the observer with{' '}
          <code>--public-url</code> to share it with others, or send the file.
        </p>
      )}
      <p class="muted">
        It shows: {shown}. It works until {moment(expires * 1_000)}
        {views}. Take it back at any time: settings, shares.
      </p>
    </div>
  )
}
