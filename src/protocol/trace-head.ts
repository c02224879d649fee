/**
 * A head: what a producer says of its own trace log, signed, so that it cannot be taken back.
 *
 * A few hundred bytes, gossiped where batches are not: any observer learns who is producing what,
 * and from the numbers always knows what it does not have.
 */

import type * as z from 'zod/mini'
import { DIGEST_BYTES } from './canonical.ts'
import { LOG_BOOT_BYTES, HEAD_BYTES_MAX } from './constants.ts'
import type { Expectation, SealedBody } from './seal.ts'
import * as shape from './shape.ts'

const head = shape.object({
  v: shape.version,
  network: shape.network,
  from: shape.agentId,
  issued: shape.time,
  /** The start of the producer that this is about: the current one, or one before. */
  boot: shape.bytes(LOG_BOOT_BYTES),
  /** The next sequence number: so many events there were. */
  next: shape.count,
  /** The oldest sequence number that the log still has; `next` when it has none. */
  oldest: shape.count,
  /** Events that are gone from the log, sealed before or not, count. */
  dropped: shape.count,
  /** Digest of the last batch, if there was one. */
  last: shape.optional(shape.bytes(DIGEST_BYTES)),
  /** An observer follows the log over a stream: batches are not gossiped. */
  tailed: shape.flag
})

export type TraceHead = z.infer<typeof head> & SealedBody

export const readHead = shape.reader('trace head', head)

/** How an observer opens a head; the seal alone says who it is of. */
export function expectHead(context: { network: string; now: number }): Expectation<TraceHead> {
  const base = { kind: 'head', bytesMax: HEAD_BYTES_MAX, check: readHead } as const
  return { ...base, ...context }
}
