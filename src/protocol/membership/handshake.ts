/**
 * What two agents of a network with an owner tell each other before anything else: inside the
 * encrypted connection, and before any protocol can be opened on it.
 *
 * Each side sends one hello and, having read the other's, one verdict. A newcomer says hello with
 * an invitation; an admin's verdict then holds its certificate, and the connection ends.
 */

import * as z from 'zod/mini'
import { decode, encode } from '../canonical.ts'
import * as shape from '../shape.ts'
import { credential } from './credential.ts'
import { grant } from './invitation.ts'

/** Length of a boot id, bytes: one random number a start, to tell two homes with one key apart. */
export const BOOT_BYTES = 16

const hello = z.strictObject({
  v: z.int(),
  network: shape.network,
  boot: shape.bytes(BOOT_BYTES),
  /** The sender's clock, ms since 1970: so that a refusal can name the difference. */
  now: shape.time,
  /** One of the two. */
  credential: z.optional(credential),
  grant: z.optional(grant)
})

const verdict = z.strictObject({
  /** Absent: welcome. */
  error: z.optional(shape.errorRecord),
  /** For a newcomer: its credential. */
  credential: z.optional(credential),
  /** For a newcomer: more peers to try, with `/p2p/<id>`. */
  addresses: z.optional(shape.list(shape.address, 16))
})

export type Hello = z.infer<typeof hello>
export type Verdict = z.infer<typeof verdict>

const readHello = shape.reader('hello', hello)
const readVerdict = shape.reader('verdict', verdict)

export const encodeHello = (value: Hello): Uint8Array => encode(value)
export const encodeVerdict = (value: Verdict): Uint8Array => encode(value)
/** @throws PeerworkError `MALFORMED` */
export const decodeHello = (bytes: Uint8Array): Hello => readHello(decode(bytes))
/** @throws PeerworkError `MALFORMED` */
export const decodeVerdict = (bytes: Uint8Array): Verdict => readVerdict(decode(bytes))
