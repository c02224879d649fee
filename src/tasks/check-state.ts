/** The bounds of a shared state. */

import { STATE_BYTES_MAX } from '../protocol/constants.ts'
import { PeerworkError } from '../protocol/errors.ts'

/** @throws PeerworkError `INPUT_TOO_LARGE` for a shared state of more bytes than may travel */
export function checkState(state: object): void {
  const bytes = Buffer.byteLength(JSON.stringify(state))
  if (bytes <= STATE_BYTES_MAX) return
  const text = `a state of ${bytes} bytes, at most ${STATE_BYTES_MAX}`
  throw new PeerworkError('INPUT_TOO_LARGE', text)
}
