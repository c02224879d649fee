/**
 * `/peerwork/bulk/1`: the large or streamed bytes of one task, on a stream of their own.
 *
 * The opener writes a header frame (task id, which part) and then data frames, and half-closes at
 * the end. Backpressure is the stream's own; abort means: forget it. Requester to executor:
 * `input`. Executor to requester: `chunks` (a frame each) and `output`.
 */

import type { Connection, Stream } from '@libp2p/interface'
import { pipe } from 'it-pipe'
import { BULK_PROTOCOL, CHUNK_BYTES_MAX, FRAME_BYTES_MAX } from '../protocol/constants.ts'
import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import { encodeFrame, FrameParser } from '../protocol/frame.ts'
import { decodeBulkHeader, encodeBulkHeader } from '../protocol/message/session.ts'
import type { BulkHeader } from '../protocol/message/session.ts'
import { drained } from './drained.ts'
import { takePlace } from './places.ts'
import { pull } from './pull.ts'

/** From opening a stream to its header, ms: both leave in the same turn. */
const HEADER_MS_MAX = 5_000
/** Longest silence of either side of a whole payload, ms; chunks may pause as long as the task. */
const SILENCE_MS_MAX = 30_000

/** A stream that we write: one frame at a time, each waiting until the reader has room. */
export class BulkWriter {
  readonly #stream: Stream

  private constructor(stream: Stream) {
    this.#stream = stream
  }

  /**
   * Waits while too many streams are open on this connection.
   *
   * @throws PeerworkError `PEER_LOST` when the stream cannot be opened
   */
  static async open(
    connection: Connection,
    header: BulkHeader,
    signal: AbortSignal
  ): Promise<BulkWriter> {
    let stream: Stream | undefined
    try {
      stream = await takePlace(connection, signal, () => {
        return connection.newStream(BULK_PROTOCOL, { signal, runOnLimitedConnection: true })
      })
      const writer = new BulkWriter(stream)
      await writer.write(encodeBulkHeader(header), signal)
      return writer
    } catch (error) {
      // Not wanted any more, just when it was open: nobody else would close it.
      stream?.abort(toPeerworkError(error))
      throw toPeerworkError(error, 'PEER_LOST')
    }
  }

  /** Resolves when the stream takes more. @throws PeerworkError `PEER_LOST` */
  async write(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    try {
      signal.throwIfAborted()
      if (!this.#stream.send(encodeFrame(bytes))) await drained(this.#stream, signal)
    } catch (error) {
      throw toPeerworkError(error, 'PEER_LOST')
    }
  }

  /**
   * Write a whole payload in frames, and end; a stream that does not take it all is aborted, as is
   * one that takes nothing for too long.
   */
  async writeAll(
    bytes: Uint8Array,
    signal: AbortSignal,
    silenceMs = SILENCE_MS_MAX
  ): Promise<void> {
    const stalled = new AbortController()
    const silent = new PeerworkError('DEADLINE_EXCEEDED', 'the reader of a payload went silent')
    const timer = setTimeout(() => stalled.abort(silent), silenceMs)
    const either = AbortSignal.any([signal, stalled.signal])
    try {
      for (let at = 0; at < bytes.length; at += FRAME_BYTES_MAX) {
        await this.write(bytes.subarray(at, at + FRAME_BYTES_MAX), either)
        timer.refresh()
      }
      await this.end(either)
    } catch (error) {
      this.abort(toPeerworkError(error))
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  /** No more bytes. What the reader has not taken when `signal` aborts is dropped. */
  async end(signal: AbortSignal): Promise<void> {
    await this.#stream.close({ signal }).catch((error: unknown) => {
      this.abort(toPeerworkError(error, 'PEER_LOST'))
    })
  }

  abort(error: Error): void {
    this.#stream.abort(error)
  }
}

/** A stream that a peer writes: the header first, then its frames. */
export interface BulkReader {
  readonly header: BulkHeader
  /** Frames as they come; the peer is held back while nobody pulls. */
  frames(): AsyncGenerator<Uint8Array, void, void>
  abort(error: Error): void
}

/** Read the header of a stream that a peer opened. @throws PeerworkError `MALFORMED` */
export async function acceptBulk(stream: Stream): Promise<BulkReader> {
  const timer = setTimeout(() => {
    stream.abort(new PeerworkError('MALFORMED', 'no bulk header came'))
  }, HEADER_MS_MAX)
  const abort = (error: Error): void => stream.abort(error)
  try {
    const frames = framesOf(stream)
    const first = await frames.next()
    // Only the opener writes. A stream is gone when both sides have ended, so ours ends now.
    void stream.close().catch(() => undefined)
    if (first.done === true) throw new PeerworkError('MALFORMED', 'a bulk stream without header')
    return { header: decodeBulkHeader(first.value), frames: () => frames, abort }
  } catch (error) {
    stream.abort(toPeerworkError(error))
    throw toPeerworkError(error, 'MALFORMED')
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Read a whole payload of a known size.
 *
 * @throws PeerworkError `MALFORMED` for more or fewer bytes, `DEADLINE_EXCEEDED` after silence
 */
export async function readWhole(
  reader: BulkReader,
  size: number,
  silenceMs = SILENCE_MS_MAX
): Promise<Uint8Array> {
  const whole = Buffer.allocUnsafe(size)
  let at = 0
  const silent = new PeerworkError('DEADLINE_EXCEEDED', 'the sender of a payload went silent')
  const timer = setTimeout(() => reader.abort(silent), silenceMs)
  try {
    for await (const frame of reader.frames()) {
      timer.refresh()
      if (at + frame.length > size) {
        throw new PeerworkError('MALFORMED', `more than the ${size} bytes announced`)
      }
      whole.set(frame, at)
      at += frame.length
    }
  } catch (error) {
    reader.abort(toPeerworkError(error))
    throw toPeerworkError(error, 'PEER_LOST')
  } finally {
    clearTimeout(timer)
  }
  if (at === size) return whole
  throw new PeerworkError('PEER_LOST', `only ${at} of ${size} bytes came`)
}

function framesOf(stream: Stream): AsyncGenerator<Uint8Array, void, void> {
  return pipe(pull(stream), async function* cut(source) {
    const parser = new FrameParser(Math.max(FRAME_BYTES_MAX, CHUNK_BYTES_MAX))
    for await (const data of source) {
      yield* parser.push(data)
    }
    if (parser.pending > 0) throw new PeerworkError('MALFORMED', 'ended inside a frame')
  })
}
