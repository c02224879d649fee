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
import type { BulkReader } from './bulk.ts'

/** Made once: a reason of its own would cost a stack trace for every task. */
const OVER = new Error('the task is over')

export interface ChunkSource {
  readonly desk: BulkDesk
  readonly peer: string
  readonly id: string
  /** Shown to the owner; the next is read when it resolves. */
  readonly show: (value: JsonValue) => Promise<void>
}

/** Reads the chunk stream when it comes. Most tasks have none, so until then it costs nothing. */
export class Chunks {
  readonly #source: ChunkSource
  readonly #stopWaiting: () => void
  #running: ReturnType<typeof digester> | undefined
  #reader: BulkReader | undefined
  #reading: Promise<void> | undefined
  #begun: (reading: Promise<void>) => void = () => undefined
  #count = 0
  #bytes = 0
  #most = Infinity
  #over = false

  constructor(source: ChunkSource) {
    this.#source = source
    const { desk, peer, id: task } = source
    this.#stopWaiting = desk.meet({ peer, task, part: 'chunks' }, (reader) => this.#begin(reader))
  }

  /**
   * So many were signed: no more are passed on, and none at all ends their stream.
   *
   * @throws PeerworkError `RESULT_MISMATCH` when more came already
   */
  limit(signed: number): void {
    this.#most = signed
    if (this.#count > signed) throw unsigned()
    if (signed === 0) this.close()
  }

  /** What came in all, when the stream has ended. */
  async whole(): Promise<Pick<Result['chunks'], 'count' | 'bytes' | 'digest'>> {
    await (this.#reading ??
      new Promise<void>((resolve) => {
        this.#begun = resolve
      }))
    const digest = (this.#running ?? digester()).digest()
    return { count: this.#count, bytes: this.#bytes, digest }
  }

  /** Nothing more is wanted. */
  close(): void {
    if (this.#over) return
    this.#over = true
    this.#stopWaiting()
    this.#reader?.abort(OVER)
  }

  #begin(reader: BulkReader): void {
    this.#reader = reader
    this.#reading = this.#read(reader)
    this.#reading.catch(() => undefined)
    this.#begun(this.#reading)
  }

  async #read(reader: BulkReader): Promise<void> {
    try {
      for await (const chunk of reader.frames()) await this.#take(chunk)
    } catch (error) {
      // The sender must not be held back by a reader that has given up.
      reader.abort(toPeerworkError(error))
      throw error
    }
  }

  async #take(chunk: Uint8Array): Promise<void> {
    if (this.#over) throw OVER
    if (this.#count >= this.#most) throw unsigned()
    const length = new Uint8Array(4)
    new DataView(length.buffer).setUint32(0, chunk.length)
    this.#running ??= digester()
    this.#running.update(length)
    this.#running.update(chunk)
    this.#count++
    this.#bytes += chunk.length
    if (this.#bytes > CHUNKS_TOTAL_BYTES_MAX) {
      throw new PeerworkError('TOO_LARGE', `chunks of more than ${CHUNKS_TOTAL_BYTES_MAX} bytes`)
    }
    await this.#source.show(parseJson(chunk))
  }
}

const unsigned = (): PeerworkError => {
  return new PeerworkError('RESULT_MISMATCH', 'chunks came that the result does not sign')
}

/** Counts of a replay cannot be compared with anything; they still end up in sums. */
export const plausible = ({ count, bytes }: Result['chunks']): boolean => {
  return bytes <= CHUNKS_TOTAL_BYTES_MAX && (count > 0 || bytes === 0)
}
