/**
 * The frames of a task session (`/peerwork/task/1`) and the headers of bulk streams.
 *
 * Frame: kind (1 byte) | task id (16 bytes) | body (DAG-CBOR). Requester to executor: request,
 * cancel. Executor to requester: accepted, rejected, progress, result.
 */

import type * as z from 'zod/mini'
import { decode, encode, encodeShared } from '../canonical.ts'
import { INLINE_BYTES_MAX, SEALED_BYTES_MAX, STATE_INLINE_BYTES_MAX } from '../constants.ts'
import { PeerworkError } from '../errors.ts'
import * as shape from '../shape.ts'
import { ID_BYTES } from './task.ts'

const inline = shape.optional(shape.bytesUpTo(INLINE_BYTES_MAX))
const inlineState = shape.optional(shape.bytesUpTo(STATE_INLINE_BYTES_MAX))
const sealed = shape.bytesUpTo(SEALED_BYTES_MAX)

const request = shape.object({ task: sealed, input: inline, state: inlineState })
const cancel = shape.object({ reason: shape.optional(shape.shortText) })
/** `ahead`: tasks queued before this one. */
const accepted = shape.object({ ahead: shape.count })
const rejected = shape.object({
  error: shape.errorRecord,
  retryAfterMs: shape.optional(shape.wait)
})
const progress = shape.object({
  /** 0 to 1, when the skill knows. */
  fraction: shape.optional(shape.fraction),
  message: shape.optional(shape.text)
})
const result = shape.object({ result: sealed, output: inline, patch: inlineState })

const readers = {
  request: shape.reader('request', request),
  cancel: shape.reader('cancel', cancel),
  accepted: shape.reader('accepted', accepted),
  rejected: shape.reader('rejected', rejected),
  progress: shape.reader('progress', progress),
  result: shape.reader('result frame', result)
}

const NUMBERS = { request: 1, cancel: 2, accepted: 3, rejected: 4, progress: 5, result: 6 } as const
type Kind = keyof typeof NUMBERS
const NAMES = new Map<number, Kind>(
  (Object.keys(NUMBERS) as Kind[]).map((kind) => [NUMBERS[kind], kind])
)

export type SessionFrame =
  | ({ readonly kind: 'request'; readonly id: Uint8Array } & z.infer<typeof request>)
  | ({ readonly kind: 'cancel'; readonly id: Uint8Array } & z.infer<typeof cancel>)
  | ({ readonly kind: 'accepted'; readonly id: Uint8Array } & z.infer<typeof accepted>)
  | ({ readonly kind: 'rejected'; readonly id: Uint8Array } & z.infer<typeof rejected>)
  | ({ readonly kind: 'progress'; readonly id: Uint8Array } & z.infer<typeof progress>)
  | ({ readonly kind: 'result'; readonly id: Uint8Array } & z.infer<typeof result>)

export type ProgressBody = z.infer<typeof progress>

const HEAD_BYTES = 1 + ID_BYTES

/** The frame as the one part of it, ready for `encodeFrame`. */
export function encodeSessionFrame(frame: SessionFrame): readonly [Uint8Array] {
  const { kind, id, ...fields } = frame
  const body = encodeShared(fields)
  // Soon written and gone, so it comes from the pool of such buffers, and in one copy.
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + body.length)
  bytes[0] = NUMBERS[kind]
  bytes.set(id, 1)
  bytes.set(body, HEAD_BYTES)
  return [bytes]
}

/** @throws PeerworkError `MALFORMED` for any other bytes. */
export function decodeSessionFrame(bytes: Uint8Array): SessionFrame {
  const kind = NAMES.get(bytes[0] ?? 0)
  if (kind === undefined || bytes.length <= HEAD_BYTES) {
    const first = bytes[0] === undefined ? 'nothing' : `byte ${bytes[0]}`
    throw new PeerworkError('MALFORMED', `${bytes.length} bytes from ${first} are no session frame`)
  }
  // A copy: a Buffer's slice would keep the transport's whole buffer alive.
  const id = new Uint8Array(bytes.subarray(1, HEAD_BYTES))
  const body = readers[kind](decode(bytes.subarray(HEAD_BYTES)))
  return { kind, id, ...body } as SessionFrame
}

/** First frame of a bulk stream: whose bytes follow, and which. */
const bulkHeader = shape.object({
  id: shape.bytes(ID_BYTES),
  part: shape.oneOf(['input', 'state', 'output', 'chunks', 'patch'])
})
export type BulkHeader = z.infer<typeof bulkHeader>
export type BulkPart = BulkHeader['part']
const readBulk = shape.reader('bulk header', bulkHeader)

export const encodeBulkHeader = (header: BulkHeader): Uint8Array => encode(header)
/** @throws PeerworkError `MALFORMED` */
export const decodeBulkHeader = (bytes: Uint8Array): BulkHeader => readBulk(decode(bytes))
