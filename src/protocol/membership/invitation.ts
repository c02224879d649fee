/**
 * An invitation: whoever holds its key may become a member. A redemption: the holder says who.
 *
 * The link that travels to the newcomer carries the invitation's secret key; the invitation itself
 * names only the public one, so that admins and members never hold what would let them in as
 * others.
 */

import * as z from 'zod/mini'
import { INVITATION_BYTES_MAX, INVITATION_LIFE_MS_MAX, INVITATION_USES_MAX } from '../constants.ts'
import { PeerworkError } from '../errors.ts'
import type { AgentId } from '../identity.ts'
import { open } from '../seal.ts'
import type { Expectation, Sealed, SealedBody } from '../seal.ts'
import * as shape from '../shape.ts'
import { roles } from './role.ts'

const invitation = z.strictObject({
  v: z.int(),
  network: shape.network,
  /** The owner, or an admin. */
  from: shape.agentId,
  issued: shape.time,
  expires: shape.time,
  /** The public key of the invitation, as an id. */
  key: shape.agentId,
  roles,
  /** How many newcomers it lets in. */
  uses: z.int().check(z.gte(1), z.lte(INVITATION_USES_MAX))
})

const redemption = z.strictObject({
  v: z.int(),
  network: shape.network,
  /** The key of the invitation. */
  from: shape.agentId,
  issued: shape.time,
  /** Who wants in. */
  member: shape.agentId,
  name: shape.agentName
})

export type Invitation = z.infer<typeof invitation> & SealedBody
export type Redemption = z.infer<typeof redemption> & SealedBody

const readInvitation = shape.reader('invitation', invitation)
const readRedemption = shape.reader('redemption', redemption)

/** Both seals, as a newcomer shows them and as a certificate keeps them. */
export const grant = z.strictObject({
  invitation: shape.bytesUpTo(INVITATION_BYTES_MAX),
  redemption: shape.bytesUpTo(INVITATION_BYTES_MAX)
})
export type Grant = z.infer<typeof grant>

export interface OpenedGrant {
  readonly invitation: Sealed<Invitation>
  readonly redemption: Sealed<Redemption>
}

/**
 * Open a grant: the invitation is signed by whom it says, and its key named this member. Who may
 * invite, how often and until when, is for the caller to decide: a grant stays proof of what the
 * owner gave after the invitation has expired.
 *
 * @param member who shows it, or is named by the certificate that keeps it; anybody when absent
 * @throws PeerworkError `INVITATION_INVALID`
 */
export function openGrant(
  shown: Grant,
  { network, member, now }: { network: string; member?: AgentId; now: number }
): OpenedGrant {
  const opened = open(shown.invitation, expectInvitation(network, now))
  if (!opened.ok) throw invalid(opened.error.message)
  const { key } = opened.sealed.body
  const said = open(shown.redemption, expectRedemption(network, key, now))
  if (!said.ok) throw invalid(said.error.message)
  const names = said.sealed.body.member
  if (member !== undefined && names !== member) throw invalid('it names another agent')
  return { invitation: opened.sealed, redemption: said.sealed }
}

/** How an invitation is opened; whether it still lets anybody in is for the caller to see. */
export function expectInvitation(network: string, now: number): Expectation<Invitation> {
  const base = { kind: 'invitation', bytesMax: INVITATION_BYTES_MAX } as const
  const times = { lifeMsMax: INVITATION_LIFE_MS_MAX, evenExpired: true }
  return { ...base, ...times, network, now, check: readInvitation }
}

/** @param sender the key of the invitation, as an id */
export function expectRedemption(
  network: string,
  sender: AgentId,
  now: number
): Expectation<Redemption> {
  const base = { kind: 'redemption', bytesMax: INVITATION_BYTES_MAX } as const
  return { ...base, network, sender, now, check: readRedemption }
}

const invalid = (why: string): PeerworkError =>
  new PeerworkError('INVITATION_INVALID', `the invitation does not hold: ${why}`)
