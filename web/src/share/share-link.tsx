/** A link that was just made: shown this once, to copy. */

import { useState } from 'preact/hooks'
import { countOf, moment } from '../format.ts'
import type { NewShare } from './types.ts'

const isHere = (url: string): boolean => /^http:\/\/(?:127\.|localhost|\[::1\])/.test(url)

export function ShareLink({ made }: { readonly made: NewShare }) {
  const { url, expires, maxViews } = made
  const [copied, setCopied] = useState(false)
  const copy = (): void => {
    void navigator.clipboard.writeText(url).then(() => setCopied(true))
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
            ref={(input) => input?.select()}
            onFocus={({ currentTarget }) => currentTarget.select()}
          />
          {canCopy && (
            <button type="button" class="main" onClick={copy}>
              Copy
            </button>
          )}
        </span>
      </label>
      <p role="status">{copied ? 'Copied.' : 'It is shown this once, and kept as a hash alone.'}</p>
      {isHere(url) && (
        <p class="notice">
          It leads to this machine, and opens on no other: start the observer with{' '}
          <code>--public-url</code> to share it with others, or send the file.
        </p>
      )}
      <p class="muted">
        It works until {moment(expires * 1_000)}
        {views}. Take it back at any time: settings, shares.
      </p>
    </div>
  )
}
