/**
 * `/peerwork/trace-sync/1`: what you have of whose trace log, and sealed batches of it.
 *
 * The asker opens a stream and sends one question; what comes back are frames until the holder
 * ends the stream. Batches and heads are seals, and prove themselves, whoever hands them over: a
 * holder may serve what others have sealed.
 */

import type * as z from 'zod/mini'
import { decode, DIGEST_BYTES, encode } from './canonical.ts'
import { LOG_BOOT_BYTES, HEAD_BYTES_MAX, SYNC_ENTRIES_MAX, SYNC_RANGES_MAX } from './constants.ts'
import { PeerworkError } from './errors.ts'
import * as shape from './shape.ts'
import { CONTENT_KEY_BYTES } from './trace-content.ts'

/** W3C Trace Context. */
const TRACE_ID_BYTES = 16

const boot = shape.bytes(LOG_BOOT_BYTES)

/** Sequence numbers, from (inclusive) to (exclusive). */
const range = shape.also(
  shape.object({ from: shape.count, to: shape.count }),
  ({ from, to }) => from < to,
  'a range ends before it begins'
)

/** A log: one start of one producer. */
const place = shape.object({ by: shape.agentId, boot })

const question = shape.union([
  /**
   * What do you have? Answered with `held` frames. A first list is asked for without a place; only
   * a holder that said that there is more is asked for what follows, for one of an older version
   * refuses a question that has a place.
   */
  shape.tagged('list', {
    /** Only the logs that come after this one in the holder's order. */
    after: shape.optional(place)
  }),
  /** Give me these batches of one start of one producer: every one that touches a range. */
  shape.tagged('get', {
    by: shape.agentId,
    boot,
    ranges: shape.list(range, SYNC_RANGES_MAX, 1)
  }),
  /** The key of contents that you told in a trace. */
  shape.tagged('key', { trace: shape.bytes(TRACE_ID_BYTES) }),
  /**
   * Your own log, from this place on, as it grows. Without a place, or when that is far behind, the
   * newest and what follows.
   */
  shape.tagged('tail', {
    boot: shape.optional(boot),
    next: shape.optional(shape.count),
    /** Whether the asker keeps what it gets and hands it on: then it need not be gossiped. */
    keeps: shape.flag
  })
])

const entry = shape.object({
  by: shape.agentId,
  boot,
  /** What does not fit stands in further entries of the same log. */
  ranges: shape.list(range, SYNC_RANGES_MAX),
  /** The last batch, so that two holders of different ones find out. */
  tip: shape.optional(shape.object({ first: shape.count, digest: shape.bytes(DIGEST_BYTES) })),
  /** First sequence numbers of batches of which there are two. */
  forks: shape.list(shape.count, SYNC_RANGES_MAX),
  /** The newest sealed head, if the holder has one. */
  head: shape.optional(shape.bytesUpTo(HEAD_BYTES_MAX))
})

const answer = shape.union([
  shape.tagged('held', { entries: shape.list(entry, SYNC_ENTRIES_MAX, 1) }),
  shape.tagged('key', { key: shape.bytes(CONTENT_KEY_BYTES) }),
  /** Everything was sent that was asked for; `more`: as far as one question goes. */
  shape.tagged('end', { more: shape.flag }),
  shape.tagged('refused', { error: shape.errorRecord })
])

export type SyncQuestion = z.infer<typeof question>
export type SyncAnswer = z.infer<typeof answer>
export type SyncEntry = z.infer<typeof entry>
/** Where a list goes on. */
export type SyncListPlace = z.infer<typeof place>
export type SyncRange = z.infer<typeof range>

/** What a holder sends; seals as they were sealed. */
export type SyncFrame =
  | { readonly kind: 'answer'; readonly answer: SyncAnswer }
  | { readonly kind: 'batch' | 'head'; readonly bytes: Uint8Array }

/** First byte of a holder's frame. */
const FRAMES = { answer: 1, batch: 2, head: 3 } as const

const readQuestion = shape.reader('trace question', question)
const readAnswer = shape.reader('trace answer', answer)

export const encodeSyncQuestion = (value: SyncQuestion): Uint8Array => encode(value)
/** @throws PeerworkError `MALFORMED` */
export const decodeSyncQuestion = (bytes: Uint8Array): SyncQuestion => readQuestion(decode(bytes))

/** The parts of a frame, to be written one after the other. */
export function encodeSyncFrame(frame: SyncFrame): readonly [Uint8Array, Uint8Array] {
  const bytes = frame.kind === 'answer' ? encode(frame.answer) : frame.bytes
  return [Uint8Array.of(FRAMES[frame.kind]), bytes]
}

/** @throws PeerworkError `MALFORMED` */
export function decodeSyncFrame(frame: Uint8Array): SyncFrame {
  const bytes = frame.subarray(1)
  if (frame[0] === FRAMES.answer) return { kind: 'answer', answer: readAnswer(decode(bytes)) }
  if (frame[0] === FRAMES.batch) return { kind: 'batch', bytes }
  if (frame[0] === FRAMES.head) return { kind: 'head', bytes }
  throw new PeerworkError('MALFORMED', `a trace frame of kind ${frame[0]}`)
}
