/** A value of the state, and what became of it: as text, whatever it is. */

import { difference } from './difference.ts'
import { stopOf } from '../tall.ts'
import { Hidden, hiddenWords, textOf } from './replay.ts'
import type { Tree } from './replay.ts'

/** From this length on, characters, the difference is shown within the text. */
const LONG = 48
/** What is shown of one value, characters: the whole stands in the span's own details. */
const CHARS_MAX = 20_000

export function BeforeAfter({
  before,
  after
}: {
  before: Tree | undefined
  after: Tree | undefined
}) {
  const [was, is] = [clipped(textOf(before)), clipped(textOf(after))]
  const both = before !== undefined && after !== undefined
  const plain = !(before instanceof Hidden || after instanceof Hidden)
  if (both && plain && (was.length > LONG || is.length > LONG)) {
    return (
      <pre class="difference" tabIndex={stopOf(was + is)}>
        <code>
          <bdi>
            {difference(was, is).map(({ what, text }, at) =>
              what === 'same' ? (
                shortened(text)
              ) : what === 'removed' ? (
                <del key={at}>{text}</del>
              ) : (
                <ins key={at}>{text}</ins>
              )
            )}
          </bdi>
        </code>
      </pre>
    )
  }
  return (
    <div class="values">
      <Value of={before} /> <span aria-hidden="true">→</span>
      <span class="unseen">becomes</span> <Value of={after} />
    </div>
  )
}

export function Value({ of }: { readonly of: Tree | undefined }) {
  if (of === undefined) return <span class="muted">nothing</span>
  if (of instanceof Hidden) return <em class="muted">{hiddenWords(of)}</em>
  const text = clipped(textOf(of))
  if (text.includes('\n') || text.length > LONG) {
    return (
      <pre tabIndex={stopOf(text)}>
        <code>
          <bdi>{text}</bdi>
        </code>
      </pre>
    )
  }
  return (
    <code>
      <bdi>{text}</bdi>
    </code>
  )
}

const clipped = (text: string): string =>
  text.length <= CHARS_MAX ? text : `${text.slice(0, CHARS_MAX)} … ${text.length} characters in all`

/** Around a difference a few lines are enough to know where it is. */
function shortened(text: string): string {
  const lines = text.split('\n')
  if (lines.length <= 8) return text
  return [
    ...lines.slice(0, 3),
    `  … ${lines.length - 6} lines the same …`,
    ...lines.slice(-3)
  ].join('\n')
}
