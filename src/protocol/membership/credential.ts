/** A credential: everything a member shows so that others can admit it offline. */

import * as z from 'zod/mini'
import { CERTIFICATE_BYTES_MAX, ISSUERS_MAX } from '../constants.ts'
import { messageOf, PeerworkError } from '../errors.ts'
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

const sealedCertificate = shape.bytesUpTo(CERTIFICATE_BYTES_MAX)
/** Certificates of the admin that signed, of the admin that let that one in, and so on. */
export const issuers = shape.list(sealedCertificate, ISSUERS_MAX, 1)

export const credential = z.strictObject({
  certificate: sealedCertificate,
  /** The last is signed by the owner. Absent when the certificate itself is. */
  issuers: z.optional(issuers),
  /** When the member has changed its key since: the certificate is the old key's. */
  succession: z.optional(succession)
})
export type Credential = z.infer<typeof credential>

/** An admin on whose word a certificate rests. */
export interface Issuer {
  readonly id: AgentId
  /** When it became a member, ms since 1970: a revocation after that takes its word away. */
  readonly since: number
}

/** A credential that holds, as far as can be seen without knowing who was revoked. */
export interface Membership {
  /** Who may show it. */
  readonly member: AgentId
  readonly name: string
  readonly roles: readonly Role[]
  /** Who signed the certificate: the owner, or an admin. */
  readonly by: AgentId
  /** From the admin that signed to the one that the owner did; none where the owner signed. */
  readonly issuers: readonly Issuer[]
  /** ms since 1970 */
  readonly since: number
  /** ms since 1970 */
  readonly issued: number
  /** ms since 1970; the earliest end of all certificates it rests on. */
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
 * Check a credential. At most twelve signatures, 80 µs each; four for one that no admin shows.
 *
 * @throws PeerworkError `MEMBERSHIP_EXPIRED`, `NOT_A_MEMBER` with the reason, or what is wrong with
 *   the bytes
 */
export function openCredential(shown: Credential, trust: Trust): Membership {
  const certificate = openCertificate(shown.certificate, trust)
  const { from, member, name, roles, since, issued } = certificate.body
  const above = (shown.issuers ?? []).map((bytes) => openCertificate(bytes, trust).body)
  checkChain([certificate.body, ...above], trust)
  const expires = Math.min(certificate.body.expires, ...above.map((issuer) => issuer.expires))
  const signers = above.map((issuer) => ({ id: issuer.member, since: issuer.since }))
  const facts = { name, roles, by: from, issuers: signers, since, issued, expires, certificate }
  if (shown.succession === undefined) return { ...facts, member }
  const changed = openSuccession(shown.succession, trust)
  if (changed.before !== member) throw refused('the succession is of another member')
  return { ...facts, member: changed.after, succession: changed }
}

/** Each is signed by an admin, whose certificate is the next; the last by the owner. */
function checkChain(chain: readonly Certificate[], trust: Trust): void {
  for (const [at, { from, roles, ...rest }] of chain.entries()) {
    const signer = chain[at + 1]
    if (from === trust.owner) {
      if (signer !== undefined) throw refused('certificates that nothing rests on')
      return
    }
    if (signer === undefined) throw refused(`nothing shows that ${from} is an admin`)
    if (signer.member !== from || !signer.roles.includes('admin')) {
      throw refused(`${from} is no admin of this network`)
    }
    if (roles.includes('admin')) checkGrant({ from, roles, ...rest }, trust)
  }
}

/** An admin let in another admin: on the owner's word only. */
function checkGrant({ member, roles, grant }: Certificate, trust: Trust): void {
  const only = 'only the owner of the network can appoint an admin'
  if (grant === undefined) throw refused(only)
  try {
    const { body } = openGrant(grant, { ...trust, member }).invitation
    const given: readonly Role[] = body.roles
    if (body.from === trust.owner && roles.every((role) => given.includes(role))) return
  } catch (error) {
    throw refused(`${only}, and ${messageOf(error)}`)
  }
  throw refused(only)
}

function openCertificate(bytes: Uint8Array, trust: Trust): Sealed<Certificate> {
  const { network, now, evenExpired } = trust
  const opened = open(bytes, expectCertificate(network, now, evenExpired))
  if (!opened.ok) {
    const { error } = opened
    if (error.code === 'WRONG_NETWORK') throw refused(error.message)
    if (error.code !== 'EXPIRED') throw error
    throw new PeerworkError('MEMBERSHIP_EXPIRED', `the certificate ${error.message}`, error.facts)
  }
  const { since, issued } = opened.sealed.body
  if (since > issued) throw refused('its certificate is older than its membership')
  return opened.sealed
}

const refused = (why: string): PeerworkError => new PeerworkError('NOT_A_MEMBER', why)
