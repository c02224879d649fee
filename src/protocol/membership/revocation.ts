/**
 * A revocation: from now on, this member is none. It does not expire, and no renewal undoes it:
 * only who was let in again later (`since` of the certificate) is a member again.
 */

import * as z from 'zod/mini'
import { REVOCATION_BYTES_MAX } from '../constants.ts'
import { PeerworkError } from '../errors.ts'
import { open } from '../seal.ts'
import type { Expectation, Sealed, SealedBody } from '../seal.ts'
import * as shape from '../shape.ts'
import type { Issuer, Trust } from './credential.ts'
import { issuers, openCredential } from './credential.ts'

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
  /** The certificate of the admin that signed, and on; absent where the owner signed. */
  issuers: z.optional(issuers)
})
export type Notice = z.infer<typeof notice>

export interface OpenedNotice {
  readonly revocation: Sealed<Revocation>
  /** The admin that signed, and those it rests on; none where the owner signed. */
  readonly issuers: readonly Issuer[]
}

/**
 * Check a notice: the signer is the owner, or was an admin. Whether it was put out itself before,
 * and whether the member is an admin, whom only the owner may put out, is for the caller to see.
 *
 * @throws PeerworkError `NOT_A_MEMBER` when the signer is no admin, or what is wrong with the bytes
 */
export function openNotice(shown: Notice, trust: Trust): OpenedNotice {
  const { network, now, owner } = trust
  const opened = open(shown.revocation, expectRevocation(network, now))
  if (!opened.ok) throw opened.error
  const { from } = opened.sealed.body
  const [certificate, ...rest] = shown.issuers ?? []
  if (from === owner && certificate === undefined) {
    return { revocation: opened.sealed, issuers: [] }
  }
  if (certificate !== undefined) {
    const above = rest.length === 0 ? {} : { issuers: rest }
    // What an admin signed in its time stays true after its time.
    const signer = openCredential({ certificate, ...above }, { ...trust, evenExpired: true })
    if (signer.member === from && signer.roles.includes('admin')) {
      const { since } = signer
      return { revocation: opened.sealed, issuers: [{ id: from, since }, ...signer.issuers] }
    }
  }
  throw new PeerworkError('NOT_A_MEMBER', `${from} is no admin of this network`)
}

/** How a revocation is opened; who may have signed it is decided in `openNotice`. */
export function expectRevocation(network: string, now: number): Expectation<Revocation> {
  const base = { kind: 'revocation', bytesMax: REVOCATION_BYTES_MAX } as const
  return { ...base, network, now, check: readRevocation }
}
