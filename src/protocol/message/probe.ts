/**
 * `/peerwork/probe/1`: can my port be reached from where you are?
 *
 * The asker names a port, never an address: it is dialled at the address the asker is connected
 * from, and nowhere else, so that nobody can be made to knock at a third machine.
 */

import * as z from 'zod/mini'
import { decode, encode } from '../canonical.ts'
import * as shape from '../shape.ts'

const PORT_MAX = 65_535

const question = z.strictObject({
  v: z.int(),
  port: z.int().check(z.gte(1), z.lte(PORT_MAX))
})

const answer = z.strictObject({
  v: z.int(),
  /** `open`: somebody there speaks libp2p; `foreign`: somebody there does not. */
  state: z.optional(z.enum(['open', 'closed', 'silent', 'foreign'])),
  /** Where the asker is seen, without its port. */
  from: z.optional(shape.address),
  /** Instead of both: why it was not tried. */
  error: z.optional(shape.errorRecord)
})

export type ProbeQuestion = z.infer<typeof question>
export type ProbeAnswer = z.infer<typeof answer>

const readQuestion = shape.reader('probe question', question)
const readAnswer = shape.reader('probe answer', answer)

export const encodeQuestion = (value: ProbeQuestion): Uint8Array => encode(value)
export const encodeAnswer = (value: ProbeAnswer): Uint8Array => encode(value)
/** @throws PeerworkError `MALFORMED` */
export const decodeQuestion = (bytes: Uint8Array): ProbeQuestion => readQuestion(decode(bytes))
/** @throws PeerworkError `MALFORMED` */
export const decodeAnswer = (bytes: Uint8Array): ProbeAnswer => readAnswer(decode(bytes))
