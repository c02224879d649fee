/** The one frame that a peer sends on a stream of one question and one answer. */

import type { Stream } from '@libp2p/interface'
import { PeerworkError } from '../protocol/errors.ts'
import { FrameParser } from '../protocol/frame.ts'
import { pull } from './pull.ts'

export interface Awaited {
  /** What is due, for the message: `a card`. */
  readonly what: string
  readonly bytesMax: number
  /** When it aborts, so does the stream. */
  readonly signal: AbortSignal
}

/**
 * The first whole frame of a stream.
 *
 * @throws PeerworkError `DEADLINE_EXCEEDED`, `TOO_LARGE`, `PEER_LOST` when the stream ends before
 *   it began and `MALFORMED` when it ends within: a peer that leaves has said nothing wrong
 */
export async function readOne(
  stream: Stream,
  { what, bytesMax, signal }: Awaited
): Promise<Uint8Array> {
  const parser = new FrameParser(bytesMax)
  const giveUp = (): void => {
    stream.abort(new PeerworkError('DEADLINE_EXCEEDED', `${what} did not come in time`))
  }
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    for await (const bytes of pull(stream)) {
      for (const frame of parser.push(bytes)) return frame
    }
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
  const code = parser.pending === 0 ? 'PEER_LOST' : 'MALFORMED'
  throw new PeerworkError(code, `the stream ended before ${what} came`)
}
