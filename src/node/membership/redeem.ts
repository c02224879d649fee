/** An admin's work: letting newcomers in, and renewing members' certificates. */

import { sameBytes } from '../../protocol/canonical.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import type { AgentId } from '../../protocol/identity.ts'
import type { Certificate } from '../../protocol/membership/certificate.ts'
import { openCredential } from '../../protocol/membership/credential.ts'
import type { Credential, Membership } from '../../protocol/membership/credential.ts'
import { openGrant } from '../../protocol/membership/invitation.ts'
import type { Grant, Invitation, OpenedGrant } from '../../protocol/membership/invitation.ts'
import { certify } from './issue.ts'
import type { Facts, Signer } from './issue.ts'
import type { Roster } from './roster.ts'

/** A certificate that has more of its life left than this is not renewed: it would be noise. */
const FRESH_SHARE = 3 / 4

/**
 * A certificate for whoever redeems an invitation.
 *
 * Uses are counted over all certificates that this admin knows, so two admins that cannot hear each
 * other may together let in more. An invitation by which somebody came who was put out since is
 * void altogether: that one may still have the link.
 *
 * @throws PeerworkError `INVITATION_INVALID`, `MEMBERSHIP_REVOKED`, `NO_ADMIN`
 */
export function redeem(
  shown: Grant,
  newcomer: AgentId,
  { roster, signer }: { readonly roster: Roster; readonly signer: Signer }
): Credential {
  const { network, now } = signer
  const grant = openGrant(shown, { network, member: newcomer, now })
  const { body: invitation, digest } = grant.invitation
  if (invitation.expires <= now) throw invalid(`it expired ${now - invitation.expires} ms ago`)
  checkInviter(invitation, roster)
  checkNewcomer(newcomer, invitation, roster)
  const came = roster.cameBy(digest)
  const known = roster.get(newcomer)
  // Its first answer got lost, or it has lost it.
  if (known !== undefined && came.has(newcomer) && isFresh(known.membership, roster, now)) {
    return known.credential
  }
  checkUses([...came].filter((id) => id !== newcomer).length, invitation)
  for (const id of came) {
    const membership = roster.of(id)
    if (membership !== undefined && roster.outOf(membership) !== undefined) {
      throw invalid('somebody who came by it was put out')
    }
  }
  return certify(factsOf(newcomer, { shown, grant, roster, now }), signer)
}

interface Redeemed {
  readonly shown: Grant
  readonly grant: OpenedGrant
  readonly roster: Roster
  readonly now: number
}

function factsOf(member: AgentId, { shown, grant, roster, now }: Redeemed): Facts {
  const { invitation, redemption } = grant
  const name = freeName(redemption.body.name, member, roster)
  const last = roster.revocations.latest(member)
  return {
    ...{ member, name, roles: invitation.body.roles, invitation: invitation.digest },
    // Later than the word that put it out, or that would still count.
    since: last === undefined ? now : Math.max(now, last + 1),
    // The owner's own word, which an admin's certificate has to show.
    ...(invitation.body.roles.includes('admin') ? { grant: shown } : {})
  }
}

/** A name that no other member has: a newcomer must not be taken for somebody. */
function freeName(wanted: string, member: AgentId, roster: Roster): string {
  const taken = new Set<string>()
  for (const { membership } of roster.entries()) {
    if (membership.member !== member) taken.add(membership.name.toLowerCase())
  }
  if (!taken.has(wanted.toLowerCase())) return wanted
  return `${Array.from(wanted).slice(0, 50).join('')}-${member.slice(-6)}`
}

/**
 * The same membership for longer. Everything in it stays but who signed, and until when.
 *
 * @param peer who asks: nobody renews for others
 * @throws PeerworkError `NOT_A_MEMBER`, `MEMBERSHIP_REVOKED`, `MEMBERSHIP_EXPIRED`,
 *   `OWNER_KEY_NEEDED` for an admin whom the owner did not appoint by an invitation
 */
export function renew(
  shown: Credential,
  peer: AgentId,
  { roster, signer }: { readonly roster: Roster; readonly signer: Signer }
): Credential {
  const membership = openCredential(shown, roster.trust)
  const { certificate } = membership
  return renewOpened(membership, peer, { roster, signer, certificate })
}

/** What stays in a renewed certificate. */
export function renewed({ name, roles, since, invitation, grant }: Certificate, id: string): Facts {
  return {
    ...{ member: id, name, roles, since },
    ...(invitation === undefined ? {} : { invitation }),
    ...(grant === undefined ? {} : { grant })
  }
}

/**
 * For who was away when it should have been renewed: as long again as its certificate lasted.
 *
 * @throws PeerworkError as `renew` does, and `MEMBERSHIP_EXPIRED` when that is over too
 */
export function renewLate(
  shown: Credential,
  peer: AgentId,
  { roster, signer }: { readonly roster: Roster; readonly signer: Signer }
): Credential {
  const membership = openCredential(shown, { ...roster.trust, evenExpired: true })
  const { issued, expires, certificate } = membership
  const lateMs = signer.now - expires
  if (lateMs > expires - issued) {
    throw new PeerworkError('MEMBERSHIP_EXPIRED', `expired ${lateMs} ms ago`, { lateMs })
  }
  // Everything but its end still has to hold.
  const endless = { ...membership, expires: Number.MAX_SAFE_INTEGER }
  return renewOpened(endless, peer, { roster, signer, certificate })
}

interface Renewing {
  readonly roster: Roster
  readonly signer: Signer
  readonly certificate: Membership['certificate']
}

function renewOpened(
  membership: Membership,
  peer: AgentId,
  { roster, signer, certificate: { body } }: Renewing
): Credential {
  if (membership.member !== peer) {
    throw new PeerworkError('NOT_A_MEMBER', 'the certificate is of another member')
  }
  const fault = roster.fault(membership)
  if (fault !== undefined) throw fault
  const known = roster.get(peer)
  if (known !== undefined && isFresh(known.membership, roster, signer.now)) return known.credential
  if (body.roles.includes('admin') && body.grant === undefined) {
    throw new PeerworkError('OWNER_KEY_NEEDED', 'only the owner can renew this admin')
  }
  return certify(renewed(body, peer), signer)
}

function isFresh(membership: Membership, roster: Roster, now: number): boolean {
  const { issued, expires } = membership
  return roster.fault(membership) === undefined && expires - now > (expires - issued) * FRESH_SHARE
}

function checkInviter({ from, roles }: Invitation, roster: Roster): void {
  if (from === roster.trust.owner) return
  if (roles.includes('admin')) throw invalid('only the owner invites admins')
  if (!roster.may(from, 'admin')) throw invalid(`${from}, who signed it, is no admin here`)
}

function checkNewcomer(newcomer: AgentId, { issued }: Invitation, roster: Roster): void {
  const moved = roster.moves.away(newcomer)
  if (moved !== undefined)
    throw invalid(`${newcomer} has changed its key: it is ${moved.after} now`)
  const last = roster.revocations.latest(newcomer)
  if (last === undefined || last < issued) return
  const text = `${newcomer} was put out after this invitation was made`
  throw new PeerworkError('MEMBERSHIP_REVOKED', text, { at: last })
}

function checkUses(used: number, { uses }: Invitation): void {
  if (used < uses) return
  throw invalid(`it is used up: ${used} of ${uses}`, { used, uses })
}

function invalid(why: string, facts: Record<string, number> = {}): PeerworkError {
  return new PeerworkError('INVITATION_INVALID', `the invitation does not hold: ${why}`, facts)
}

/** Whether two credentials are the same membership for the same time. */
export const sameCertificate = (one: Credential, other: Credential): boolean =>
  sameBytes(one.certificate, other.certificate)
