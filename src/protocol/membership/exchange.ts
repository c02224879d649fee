/**
 * The frames of `/peerwork/member/1`: how members keep one roster.
 *
 * Whoever opens the stream says which records it has (`have`), and gets those it lacks together
 * with the ids of those the other lacks; it sends these and both close. What is new is pushed at
 * once (`records` as first frame), and passed on by whoever had not seen it. `renew` asks an admin
 * for a new certificate, `redeem` for that of a newcomer, and `error` tells the other something
 * (that its key is used twice); the answer to it is an empty list of records.
 */

import * as z from 'zod/mini'
import { decode, encode } from '../canonical.ts'
import { RECORDS_MAX, RECORDS_PER_FRAME_MAX } from '../constants.ts'
import * as shape from '../shape.ts'
import { credential } from './credential.ts'
import { grant } from './invitation.ts'
import { notice } from './revocation.ts'

/** One fact of the roster: somebody is a member, or no longer. */
export const memberRecord = z.union([
  z.strictObject({ member: credential }),
  z.strictObject({ out: notice })
])
export type MemberRecord = z.infer<typeof memberRecord>

/** Digests of what was signed: certificate, revocation, or the old key's half of a succession. */
const ids = shape.list(shape.bytes(32), RECORDS_MAX)
const records = shape.list(memberRecord, RECORDS_PER_FRAME_MAX)

const frame = z.union([
  z.strictObject({ have: ids }),
  z.strictObject({ records, want: z.optional(ids), more: z.optional(z.boolean()) }),
  z.strictObject({ renew: credential }),
  z.strictObject({ redeem: grant }),
  z.strictObject({ error: shape.errorRecord })
])
export type ExchangeFrame = z.infer<typeof frame>

const readFrame = shape.reader('member frame', frame)

export const encodeExchange = (value: ExchangeFrame): Uint8Array => encode(value)
/** @throws PeerworkError `MALFORMED` */
export const decodeExchange = (bytes: Uint8Array): ExchangeFrame => readFrame(decode(bytes))
