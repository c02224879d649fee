/**
 * A libp2p stream as an iterable that holds the sender back.
 *
 * A stream's own iterator queues whatever arrives, as fast as it arrives; a slow reader would hold
 * the whole payload in memory. This one pauses the stream while more than a little waits, and the
 * multiplexer's window then stops the sender.
 */

import type { Stream } from '@libp2p/interface'
import { PeerworkError } from '../protocol/errors.ts'

/** Bytes that may wait for the reader before the stream is paused. */
const AHEAD_BYTES_MAX = 128 * 1024

/**
 * Ends when the peer half-closes. Abandoning it aborts nothing.
 *
 * @throws PeerworkError `PEER_LOST` when the stream breaks, or the one this side aborted it with
 */
export async function* pull(stream: Stream): AsyncGenerator<Uint8Array, void, void> {
  const queue: Uint8Array[] = []
  let bytes = 0
  let over = false
  let error: Error | undefined
  let resuming = false
  let wake = (): void => undefined
  const onMessage = (event: { data: Uint8Array | { subarray(): Uint8Array } }): void => {
    const data = event.data instanceof Uint8Array ? event.data : event.data.subarray()
    queue.push(data)
    bytes += data.length
    holdBack()
    wake()
  }
  const holdBack = (): void => {
    if (bytes > AHEAD_BYTES_MAX && !resuming && stream.readStatus === 'readable') stream.pause()
  }
  // `resume` hands over what waited before it tells the multiplexer. A pause in between would be
  // forgotten there, and the sender let on until the read buffer overflows: it has to come after.
  const letOn = (): void => {
    resuming = true
    stream.resume()
    resuming = false
    holdBack()
  }
  const onEnd = (): void => {
    over = true
    wake()
  }
  const onClose = (event: { error?: Error | undefined }): void => {
    error = event.error
    onEnd()
  }
  stream.addEventListener('end', onEnd)
  stream.addEventListener('close', onClose)
  stream.addEventListener('message', onMessage)
  if (stream.readableEnded) over = true
  if (stream.status === 'reset' || stream.status === 'aborted') error = new Error('it was reset')
  try {
    for (;;) {
      const data = queue.shift()
      if (data !== undefined) {
        bytes -= data.length
        if (bytes <= AHEAD_BYTES_MAX && stream.readStatus === 'paused') letOn()
        yield data
      } else if (over) {
        // What this side ended it with is the reason itself, not a broken peer.
        if (error instanceof PeerworkError) throw error
        if (error !== undefined) {
          throw new PeerworkError('PEER_LOST', `the stream broke: ${error.message}`, {}, error)
        }
        return
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  } finally {
    stream.removeEventListener('message', onMessage)
    stream.removeEventListener('end', onEnd)
    stream.removeEventListener('close', onClose)
  }
}
