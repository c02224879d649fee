/** A key that was made just now: this once, with a line that uses it. */

import { Copy } from '../parts/copy.tsx'
import { Dialog } from '../parts/dialog.tsx'
import type { NewKey } from '../types.ts'

interface ShownProps {
  readonly made: NewKey
  readonly close: () => void
}

export function KeyShown({ made: { key, name, scopes }, close }: ShownProps) {
  return (
    <Dialog title="The new key" onClose={close}>
      <p>
        This is “<bdi>{name}</bdi>”. It is shown this once: the observer keeps only a hash of it.
      </p>
      <Copy text={key} what="the key" />
      <p>A line that uses it:</p>
      <Copy text={lineOf(key, scopes)} what="the line" />
      <p class="row end">
        <button type="button" class="main" onClick={close}>
          I have it
        </button>
      </p>
    </Dialog>
  )
}

/** Sends a first span, or reads the newest traces. */
function lineOf(key: string, scopes: NewKey['scopes']): string {
  const { origin } = location
  const bearer = `-H 'Authorization: Bearer ${key}'`
  if (!scopes.includes('ingest')) return `curl ${bearer} '${origin}/api/v1/traces?limit=5'`
  const span = {
    ...{ type: 'span', trace: randomHex(16), span: randomHex(8), name: 'hello' },
    start: new Date().toISOString()
  }
  const type = "-H 'Content-Type: application/x-ndjson'"
  return `curl ${bearer} ${type} --data-binary '${JSON.stringify(span)}' ${origin}/api/ingest`
}

const randomHex = (bytes: number): string =>
  [...crypto.getRandomValues(new Uint8Array(bytes))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
