/** Chunks of one task on their way to the requester: in order, and as fast as it reads. */

import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import { CHUNK_WINDOW_BYTES, CHUNKS_IN_FLIGHT_MAX } from './limits.ts'
import type { Work } from './work.ts'

export interface ChunkFlow {
  /** @throws PeerworkError `MALFORMED` when the runner sends more than its window allows */
  push(bytes: Uint8Array): void
  /** Resolves when every chunk was taken. */
  drained(): Promise<void>
  /** Nobody reads any more: drop what waits. */
  stop(): void
}

/**
 * @param credit told the size of each chunk that was taken
 * @param failed told why the requester cannot be reached
 */
export function createChunkFlow(
  work: Work,
  credit: (bytes: number) => void,
  failed: (error: PeerworkError) => void
): ChunkFlow {
  let count = 0
  let waiting = 0
  let stopped = false
  let last: Promise<void> = Promise.resolve()
  const ended = Promise.withResolvers<void>()
  const deliver = async (bytes: Uint8Array): Promise<void> => {
    try {
      if (stopped) return
      await work.on.chunk(bytes)
      count--
      waiting -= bytes.length
      if (!stopped) credit(bytes.length)
    } catch (error) {
      stopped = true
      failed(toPeerworkError(error, 'PEER_LOST'))
    }
  }
  return {
    push(bytes) {
      if (stopped) return
      const fits = count === 0 || waiting + bytes.length <= CHUNK_WINDOW_BYTES
      if (!fits || count >= CHUNKS_IN_FLIGHT_MAX) {
        throw new PeerworkError('MALFORMED', 'the runner sent more chunks than it may')
      }
      count++
      waiting += bytes.length
      last = last.then(() => deliver(bytes))
    },
    drained: () => Promise.race([last, ended.promise]),
    stop() {
      stopped = true
      ended.resolve()
    }
  }
}
