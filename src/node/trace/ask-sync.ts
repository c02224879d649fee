/** `/peerwork/trace-sync/1`, the asker's side: one question, and the frames that come back. */

import type { Connection, Stream } from '@libp2p/interface'
import { SYNC_FRAME_BYTES_MAX, TRACE_SYNC_PROTOCOL } from '../../protocol/constants.ts'
import type { ErrorRecord } from '../../protocol/errors.ts'
import { fromRecord, PeerworkError, toPeerworkError } from '../../protocol/errors.ts'
import { encodeFrame, FrameParser } from '../../protocol/frame.ts'
import { decodeSyncFrame, encodeSyncQuestion } from '../../protocol/trace-sync.ts'
import type { SyncFrame, SyncQuestion } from '../../protocol/trace-sync.ts'
import { pull } from '../pull.ts'

/** Opening a stream on an open connection, ms. */
const OPEN_MS_MAX = 5_000

/**
 * Frames as they come, until the holder says that it was all; the holder is held back while nobody
 * pulls. Leaving the loop ends the stream.
 *
 * @param msMax from the question to the end, ms
 * @throws PeerworkError what the holder refused with, `PEER_LOST`, `DEADLINE_EXCEEDED`,
 *   `TOO_LARGE`, `MALFORMED`; the reason of `signal`
 */
export async function* askSync(
  connection: Connection,
  question: SyncQuestion,
  { signal, msMax }: { readonly signal: AbortSignal; readonly msMax: number }
): AsyncGenerator<SyncFrame, void, void> {
  const stream = await opened(connection, signal)
  let failure = new PeerworkError('CANCELED', 'nobody wants the rest')
  const giveUp = (): void => stream.abort(failure)
  const timer = setTimeout(() => {
    failure = new PeerworkError('DEADLINE_EXCEEDED', 'the answer takes too long')
    giveUp()
  }, msMax).unref()
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    stream.send(encodeFrame(encodeSyncQuestion(question)))
    for await (const frame of framesOf(stream)) {
      if (frame.kind !== 'answer') yield frame
      else if (frame.answer.type === 'held' && question.type !== 'list') throw unasked()
      else if (frame.answer.type === 'held') yield frame
      else if (frame.answer.type === 'refused') throw fromRecord(frame.answer.error as ErrorRecord)
      else {
        yield frame
        return
      }
    }
    signal.throwIfAborted()
    throw new PeerworkError('PEER_LOST', 'the holder ended the stream early')
  } catch (error) {
    failure = toPeerworkError(error, 'PEER_LOST')
    throw failure
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
    stream.abort(failure)
  }
}

/** Reading a list costs more than sending one: nobody makes us who was not asked for it. */
const unasked = (): PeerworkError =>
  new PeerworkError('MALFORMED', 'the holder sends a list that nobody asked for')

async function opened(connection: Connection, signal: AbortSignal): Promise<Stream> {
  try {
    return await connection.newStream(TRACE_SYNC_PROTOCOL, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(OPEN_MS_MAX)]),
      runOnLimitedConnection: true
    })
  } catch (error) {
    throw toPeerworkError(error, 'PEER_LOST')
  }
}

async function* framesOf(stream: Stream): AsyncGenerator<SyncFrame, void, void> {
  const parser = new FrameParser(SYNC_FRAME_BYTES_MAX)
  for await (const bytes of pull(stream)) {
    for (const frame of parser.push(bytes)) yield decodeSyncFrame(ownOf(frame))
  }
}

/** A view keeps all that came with it: a small batch among garbage would weigh as much as that. */
function ownOf(frame: Uint8Array): Uint8Array {
  return frame.byteLength * 2 < frame.buffer.byteLength ? new Uint8Array(frame) : frame
}
