/** A credential: everything a member shows so that others can admit it offline. */

import * as z from 'zod/mini'
import { CERTIFICATE_BYTES_MAX } from '../constants.ts'
import { PeerworkError } from '../errors.ts'
import type { AgentId } from '../identity.ts'
import { open } from '../seal.ts'
import type { Sealed } from '../seal.ts'
import * as shape from '../shape.ts'
import { expectCertificate } from './certificate.ts'
import type { Certificate } from './certificate.ts'
import { openGrant } from './invitation.ts'
import type { Role } from './role.ts'
import { openSuccession, succession } from './succession.ts'
import type { OpenedSuccession } from './succession.ts'

export const credential = z.strictObject({
  certificate: shape.bytesUpTo(CERTIFICATE_BYTES_MAX),
  /** The certificate of the admin that signed, unless the owner did. */
  issuer: z.optional(shape.bytesUpTo(CERTIFICATE_BYTES_MAX)),
  /** When the member has changed its key since: the certificate is the old key's. */
  succession: z.optional(succession)
})
export type Credential = z.infer<typeof credential>

/** A credential that holds, as far as can be seen without knowing who was revoked. */
export interface Membership {
  /** Who may show it. */
  readonly member: AgentId
  readonly name: string
  readonly roles: readonly Role[]
  /** Who signed the certificate: the owner, or an admin. */
  readonly by: AgentId
  /** ms since 1970 */
  readonly issued: number
  /** ms since 1970; with an admin's certificate, the earlier of the two. */
  readonly expires: number
  readonly certificate: Sealed<Certificate>
  readonly succession?: OpenedSuccession
}

export interface Trust {
  readonly network: string
  readonly owner: AgentId
  readonly now: number
  /** Accept what has expired: for the roster of who was here, never for admission. */
  readonly evenExpired?: boolean
}

/**
 * Check a credential. At most four signatures, 80 µs each.
 *
 * @throws PeerworkError `MEMBERSHIP_EXPIRED`, `NOT_A_MEMBER` with the reason, or what is wrong with
 *   the bytes
 */
export function openCredential(shown: Credential, trust: Trust): Membership {
  const certificate = certified(shown.certificate, trust)
  const { from, member, name, roles, issued } = certificate.body
  const rooted = isRooted(certificate.body, trust)
  if (roles.includes('admin') && !rooted) {
    throw refused('only the owner of the network can appoint an admin')
  }
  let { expires } = certificate.body
  if (!rooted) {
    if (shown.issuer === undefined) throw refused(`nothing shows that ${from} is an admin`)
    const issuer = certified(shown.issuer, trust).body
    if (issuer.member !== from || !issuer.roles.includes('admin') || !isRooted(issuer, trust)) {
      throw refused(`${from} is no admin of this network`)
    }
    expires = Math.min(expires, issuer.expires)
  }
  const facts = { name, roles, by: from, issued, expires, certificate }
  if (shown.succession === undefined) return { ...facts, member }
  const changed = openSuccession(shown.succession, trust)
  if (changed.before !== member) throw refused('the succession is of another member')
  return { ...facts, member: changed.after, succession: changed }
}

/** Signed by the owner, or by an admin for an agent that the owner invited to be one. */
function isRooted({ from, member, roles, grant }: Certificate, trust: Trust): boolean {
  if (from === trust.owner) return true
  if (grant === undefined) return false
  const { body } = openGrant(grant, { ...trust, member }).invitation
  const given: readonly Role[] = body.roles
  return body.from === trust.owner && roles.every((role) => given.includes(role))
}

function certified(bytes: Uint8Array, { network, now, evenExpired }: Trust): Sealed<Certificate> {
  const opened = open(bytes, expectCertificate(network, now, evenExpired))
  if (opened.ok) return opened.sealed
  const { error } = opened
  if (error.code === 'WRONG_NETWORK') throw refused(error.message)
  if (error.code !== 'EXPIRED') throw error
  throw new PeerworkError('MEMBERSHIP_EXPIRED', `the certificate ${error.message}`, error.facts)
}

const refused = (why: string): PeerworkError => new PeerworkError('NOT_A_MEMBER', why)
