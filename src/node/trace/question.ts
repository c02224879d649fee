/**
 * What is asked over `/peerwork/trace-sync/1`: the questions of the protocol, and where a list goes
 * on.
 *
 * A first list is asked for without a place, as ever; only a holder that said that there is more
 * is asked for what follows. One that does not know the place refuses, and nothing else is lost.
 */

import { decode, encode } from '../../protocol/canonical.ts'
import { LOG_BOOT_BYTES } from '../../protocol/constants.ts'
import * as shape from '../../protocol/shape.ts'
import { decodeSyncQuestion } from '../../protocol/trace-sync.ts'
import type { SyncQuestion } from '../../protocol/trace-sync.ts'

const list = shape.tagged('list', {
  /** Only the logs that come after this one in the holder's order. */
  after: shape.object({ by: shape.agentId, boot: shape.bytes(LOG_BOOT_BYTES) })
})
const readList = shape.reader('trace question', list)

/** Where a list goes on. */
export interface ListPlace {
  readonly by: string
  readonly boot: Uint8Array
}

export type Question =
  | Exclude<SyncQuestion, { type: 'list' }>
  | { readonly type: 'list'; readonly after?: ListPlace }

export const encodeQuestion = (question: Question): Uint8Array => encode(question)

/** @throws PeerworkError `MALFORMED` */
export function decodeQuestion(bytes: Uint8Array): Question {
  const value = decode(bytes)
  const goesOn = typeof value === 'object' && value !== null && 'after' in value
  return goesOn ? readList(value) : decodeSyncQuestion(bytes)
}
