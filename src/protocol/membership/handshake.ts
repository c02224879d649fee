/**
 * What two agents of a network with an owner tell each other before anything else: inside the
 * encrypted connection, and before any protocol can be opened on it.
 *
 * The side that dialled says hello. The other judges it, and answers with a refusal alone
 * (strangers learn nothing else), or with its own hello and a verdict; to that the first answers
 * with a verdict of its own. A newcomer says hello with an invitation; an admin answers with a
 * verdict that holds its certificate, and the connection ends.
 */

import * as z from 'zod/mini'
import { decode, encode } from '../canonical.ts'
import { WIRE_VERSION } from '../constants.ts'
import { PeerworkError } from '../errors.ts'
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
  /** At most one of the two: a member shows the one, a newcomer the other, a guest neither. */
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
/** @throws PeerworkError `MALFORMED`, `UNSUPPORTED_VERSION` */
export function decodeHello(bytes: Uint8Array): Hello {
  const read = readHello(decode(bytes))
  if (read.v !== WIRE_VERSION) {
    throw new PeerworkError('UNSUPPORTED_VERSION', `hello of version ${read.v} is unknown`)
  }
  if (read.credential !== undefined && read.grant !== undefined) {
    throw new PeerworkError('MALFORMED', 'a hello of a member that is a newcomer as well')
  }
  return read
}

/**
 * What the side that dialled reads first: the other's hello, or at once its refusal. Strangers
 * learn nothing else of the side that was dialled.
 *
 * @throws PeerworkError `MALFORMED`, `UNSUPPORTED_VERSION`
 */
export function decodeAnswer(bytes: Uint8Array): { hello: Hello } | { verdict: Verdict } {
  const value = decode(bytes)
  const isHello = typeof value === 'object' && value !== null && 'boot' in value
  return isHello ? { hello: decodeHello(bytes) } : { verdict: readVerdict(value) }
}

/** @throws PeerworkError `MALFORMED` */
export const decodeVerdict = (bytes: Uint8Array): Verdict => readVerdict(decode(bytes))
