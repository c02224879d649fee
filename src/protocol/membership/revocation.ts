/** A revocation: from now on, this member is none. It does not expire; a later certificate ends it. */

import * as z from 'zod/mini'
import { CERTIFICATE_BYTES_MAX, REVOCATION_BYTES_MAX } from '../constants.ts'
import { PeerworkError } from '../errors.ts'
import { open } from '../seal.ts'
import type { Expectation, Sealed, SealedBody } from '../seal.ts'
import * as shape from '../shape.ts'
import type { Trust } from './credential.ts'
import { openCredential } from './credential.ts'

const revocation = z.strictObject({
  v: z.int(),
  network: shape.network,
  /** The owner, or an admin. Only the owner puts an admin out. */
  from: shape.agentId,
  issued: shape.time,
  member: shape.agentId,
  reason: z.optional(shape.shortText)
})
export type Revocation = z.infer<typeof revocation> & SealedBody
const readRevocation = shape.reader('revocation', revocation)

/** A revocation with what shows that its signer may. */
export const notice = z.strictObject({
  revocation: shape.bytesUpTo(REVOCATION_BYTES_MAX),
  /** The admin's certificate, unless the owner signed. */
  issuer: z.optional(shape.bytesUpTo(CERTIFICATE_BYTES_MAX))
})
export type Notice = z.infer<typeof notice>

/**
 * Check a notice: the signer is the owner or was an admin. Whether the member is an admin, whom
 * only the owner may put out, is for the caller to see.
 *
 * @throws PeerworkError `NOT_A_MEMBER` when the signer is no admin, or what is wrong with the bytes
 */
export function openNotice(shown: Notice, trust: Trust): Sealed<Revocation> {
  const base = { kind: 'revocation', bytesMax: REVOCATION_BYTES_MAX } as const
  const expect: Expectation<Revocation> = { ...base, ...trust, check: readRevocation }
  const opened = open(shown.revocation, expect)
  if (!opened.ok) throw opened.error
  const { from } = opened.sealed.body
  if (from === trust.owner) return opened.sealed
  if (shown.issuer !== undefined) {
    // What an admin signed in its time stays true after its time.
    const issuer = openCredential({ certificate: shown.issuer }, { ...trust, evenExpired: true })
    if (issuer.member === from && issuer.roles.includes('admin')) return opened.sealed
  }
  throw new PeerworkError('NOT_A_MEMBER', `${from} is no admin of this network`)
}
