/** One frame off a message stream that somebody else goes on reading. */

import type { MessageStream } from '@libp2p/interface'
import { PeerworkError } from '../../protocol/errors.ts'
import { LENGTH_BYTES } from '../../protocol/frame.ts'

/**
 * Read one length-prefixed frame; what came behind it is put back.
 *
 * @throws PeerworkError `TOO_LARGE` as soon as its length is known, `PEER_LOST` when the stream
 *   ends first; the reason of `signal`
 */
export async function readFrame(
  stream: MessageStream,
  bytesMax: number,
  signal: AbortSignal
): Promise<Uint8Array> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  let have = Buffer.alloc(0)
  const onMessage = ({ data }: { readonly data: Uint8Array | { subarray(): Uint8Array } }) => {
    have = Buffer.concat([have, data instanceof Uint8Array ? data : data.subarray()])
    if (have.length < LENGTH_BYTES) return
    const end = LENGTH_BYTES + have.readUInt32BE(0)
    if (end > LENGTH_BYTES + bytesMax) {
      const facts = { bytes: end - LENGTH_BYTES, bytesMax }
      reject(new PeerworkError('TOO_LARGE', `a frame of ${facts.bytes} bytes`, facts))
    } else if (have.length >= end) {
      // At once, before more can come: whoever reads on must find everything in order.
      stream.removeEventListener('message', onMessage)
      const rest = have.subarray(end)
      if (rest.length > 0) stream.unshift(new Uint8Array(rest))
      resolve(new Uint8Array(have.subarray(LENGTH_BYTES, end)))
    }
  }
  const onEnd = (): void => reject(new PeerworkError('PEER_LOST', 'it ended the connection'))
  const onAbort = (): void => reject(signal.reason as Error)
  stream.addEventListener('message', onMessage)
  stream.addEventListener('close', onEnd)
  stream.addEventListener('end', onEnd)
  signal.addEventListener('abort', onAbort)
  // What came before it ended can still be read, in the turn in which the listener was added.
  if (stream.status !== 'open' || stream.readableEnded) setImmediate(onEnd)
  return promise.finally(() => {
    stream.removeEventListener('message', onMessage)
    stream.removeEventListener('close', onEnd)
    stream.removeEventListener('end', onEnd)
    signal.removeEventListener('abort', onAbort)
  })
}
