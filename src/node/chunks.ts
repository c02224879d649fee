/**
 * The chunks of one task as they come, before anything of them is signed.
 *
 * Their owner sees them at once; the result that follows signs how many there were, and which.
 * Until then nothing can be proven, and from then on nothing more is shown than was signed.
 */

import { digester } from '../protocol/canonical.ts'
import { CHUNKS_TOTAL_BYTES_MAX } from '../protocol/constants.ts'
import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import type { JsonValue } from '../protocol/json.ts'
import { parseJson } from '../protocol/json.ts'
import type { Result } from '../protocol/message/result.ts'
import type { BulkDesk } from './bulk-desk.ts'

/** Made once: a reason of its own would cost a stack trace for every task. */
const OVER = new Error('the task is over')

export interface Chunks {
  /**
   * So many were signed: no more are passed on, and none at all ends their stream.
   *
   * @throws PeerworkError `RESULT_MISMATCH` when more came already
   */
  readonly limit: (count: number) => void
  /** What came in all, when the stream has ended. */
  readonly whole: () => Promise<Pick<Result['chunks'], 'count' | 'bytes' | 'digest'>>
}

export interface ChunkSource {
  readonly desk: BulkDesk
  readonly peer: string
  readonly id: string
  /** Shown to the owner; the next is read when it resolves. */
  readonly show: (value: JsonValue) => Promise<void>
}

/** Read the chunk stream when it comes, until `signal` aborts. */
export function collectChunks(source: ChunkSource, signal: AbortSignal): Chunks {
  const { desk, peer, id, show } = source
  const running = digester()
  const stop = new AbortController()
  let count = 0
  let bytes = 0
  let most = Infinity
  const take = async (chunk: Uint8Array): Promise<void> => {
    signal.throwIfAborted()
    if (count >= most) throw unsigned()
    const length = new Uint8Array(4)
    new DataView(length.buffer).setUint32(0, chunk.length)
    running.update(length)
    running.update(chunk)
    count++
    bytes += chunk.length
    if (bytes > CHUNKS_TOTAL_BYTES_MAX) {
      throw new PeerworkError('TOO_LARGE', `chunks of more than ${CHUNKS_TOTAL_BYTES_MAX} bytes`)
    }
    await show(parseJson(chunk))
  }
  const reading = desk.expect(peer, id, 'chunks').then(async (reader) => {
    const giveUp = (): void => reader.abort(OVER)
    for (const end of [signal, stop.signal]) end.addEventListener('abort', giveUp)
    if (signal.aborted || stop.signal.aborted) giveUp()
    try {
      for await (const chunk of reader.frames()) await take(chunk)
    } catch (error) {
      // The sender must not be held back by a reader that has given up.
      reader.abort(toPeerworkError(error))
      throw error
    }
  })
  reading.catch(() => undefined)
  return {
    limit: (signed) => {
      most = signed
      if (count > signed) throw unsigned()
      if (signed > 0) return
      desk.forget(peer, id, 'chunks')
      stop.abort(OVER)
    },
    whole: async () => {
      await reading
      return { count, bytes, digest: running.digest() }
    }
  }
}

const unsigned = (): PeerworkError => {
  return new PeerworkError('RESULT_MISMATCH', 'chunks came that the result does not sign')
}

/** Counts of a replay cannot be compared with anything; they still end up in sums. */
export const plausible = ({ count, bytes }: Result['chunks']): boolean => {
  return bytes <= CHUNKS_TOTAL_BYTES_MAX && (count > 0 || bytes === 0)
}
