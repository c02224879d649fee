/**
 * Waiting until a stream takes more.
 *
 * A stream's own `onDrain` keeps the promise of its first drain for ever, so from the second time
 * on it does not wait at all, and whoever relies on it fills the write buffer until the stream is
 * aborted. This one listens to the events themselves. `test/node/drained.test.ts` fails when
 * upstream has fixed it, so that this file can go.
 */

import type { Stream } from '@libp2p/interface'
import { PeerworkError } from '../protocol/errors.ts'

/**
 * Resolves at once when the stream is not full.
 *
 * @throws PeerworkError `PEER_LOST` when the stream closes first; the reason of `signal`
 */
export async function drained(stream: Stream, signal?: AbortSignal): Promise<void> {
  // What waited goes first and may fill the stream again: hence the loop.
  while (stream.writableNeedsDrain) {
    signal?.throwIfAborted()
    if (stream.status !== 'open') throw lost(undefined)
    await nextDrain(stream, signal)
  }
}

function nextDrain(stream: Stream, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onDrain = (): void => resolve()
  const onClose = ({ error }: { error?: Error | undefined }): void => reject(lost(error))
  const onAbort = (): void => reject(signal?.reason as Error)
  stream.addEventListener('drain', onDrain)
  stream.addEventListener('close', onClose)
  signal?.addEventListener('abort', onAbort)
  return promise.finally(() => {
    stream.removeEventListener('drain', onDrain)
    stream.removeEventListener('close', onClose)
    signal?.removeEventListener('abort', onAbort)
  })
}

function lost(error: Error | undefined): PeerworkError {
  const why = error?.message ?? 'it is closed'
  return new PeerworkError('PEER_LOST', `the stream broke: ${why}`, {}, error)
}
