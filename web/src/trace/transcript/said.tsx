/** Words of agents and models, set off from ours and marked as theirs. */

import { useState } from 'preact/hooks'
import type { ShownContent } from '../../../../src/observer/content-page.ts'
import { countOf } from '../../format.ts'
import { reasonOf } from '../state/contents.ts'
import { stopOf } from '../tall.ts'
import type { Said } from './words.ts'

/** What is shown of one text at first, characters. */
const CHARS = 1_200

export function Words({ said, by }: { readonly said: Said; readonly by: string }) {
  const { role, text } = said
  const [whole, setWhole] = useState(false)
  const long = text.length > CHARS
  return (
    <figure class="words">
      <figcaption>
        <bdi>{role}</bdi>, text from <bdi>{by}</bdi>
      </figcaption>
      <blockquote tabIndex={stopOf(text)}>
        <bdi>{long && !whole ? `${text.slice(0, CHARS)} …` : text}</bdi>
      </blockquote>
      {long && (
        <button type="button" class="plain" onClick={() => setWhole(!whole)}>
          {whole ? 'Show less' : `Show all ${countOf(text.length)} characters`}
        </button>
      )}
    </figure>
  )
}

const NAMES = { input: 'The input', output: 'The answer', state: 'The state' }

export function NotShown({ content }: { readonly content: ShownContent }) {
  const what = content.of === null ? 'The content' : NAMES[content.of]
  return (
    <p class="muted">
      {what} is not shown. <bdi>{reasonOf(content)}</bdi>
    </p>
  )
}
