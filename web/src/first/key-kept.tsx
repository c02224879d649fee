/** The key of the first minutes above the list, until somebody says that they have it. */

import { Lines } from './copy.tsx'
import './first.css'
import { otlpLines } from './lines.ts'
import { madeKey } from './made.ts'

export function KeyKept() {
  const made = madeKey.value
  if (made === undefined || made.isTaken) return null
  const done = (): void => {
    // The button is gone with this: whoever pressed a key begins at the top of what is left.
    document.getElementById('main')?.focus({ preventScroll: true })
    madeKey.value = undefined
  }
  return (
    <section class="panel key-kept" aria-label="The key you made">
      <h2>The key you made</h2>
      <p>It may send, and nothing else. It is shown until you have it, and never again.</p>
      <Lines what="the key" text={made.key} />
      <p>With it, the SDKs of OpenTelemetry send here:</p>
      <Lines what="the variables for OpenTelemetry" text={otlpLines(location.origin, made.key)} />
      <p>
        <button type="button" class="main" onClick={done}>
          I have it
        </button>
      </p>
    </section>
  )
}
