/** An invitation: what the link says, signed by an admin or the owner. */

import {
  INVITATION_LIFE_MS_MAX,
  INVITATION_USES_MAX,
  WIRE_VERSION
} from '../../protocol/constants.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import { identityFromSeed } from '../../protocol/identity.ts'
import type { AgentId, Identity } from '../../protocol/identity.ts'
import type { Grant, Redemption } from '../../protocol/membership/invitation.ts'
import type { Invitation as Signed } from '../../protocol/membership/invitation.ts'
import { formatJoinLink, LINK_ADDRESSES_MAX } from '../../protocol/membership/join-link.ts'
import type { JoinLink } from '../../protocol/membership/join-link.ts'
import { inOrder, isRole, ROLES, USUAL_ROLES } from '../../protocol/membership/role.ts'
import { seal } from '../../protocol/seal.ts'
import { parseAddress } from '../addresses.ts'
import type { Clock } from '../clock.ts'
import { toMs } from '../duration.ts'
import type { Invitation, InviteOptions } from './api.ts'

const DAY_MS = 24 * 60 * 60 * 1000

export interface Inviter {
  readonly identity: Identity
  readonly network: string
  readonly owner: AgentId
  readonly clock: Pick<Clock, 'now' | 'random'>
}

/**
 * @param options with addresses of admins, at least one
 * @throws PeerworkError `BAD_OPTION`, `BAD_ADDRESS`
 */
export function makeInvitation(options: InviteOptions, inviter: Inviter): Invitation {
  const { identity, network, owner, clock } = inviter
  const { roles: given = USUAL_ROLES, uses = 1, expires = DAY_MS, addresses = [] } = options
  if (given.length === 0 || !given.every(isRole)) throw bad(`roles are ${ROLES.join(', ')}`)
  if (!Number.isInteger(uses) || uses < 1 || uses > INVITATION_USES_MAX) {
    throw bad(`uses: ${uses} is no whole number from 1 to ${INVITATION_USES_MAX}`)
  }
  const lifeMs = toMs(expires, 'expires', INVITATION_LIFE_MS_MAX)
  const secret = clock.random(32)
  const roles = inOrder(given)
  const issued = clock.now()
  const body: Signed = {
    ...{ v: WIRE_VERSION, network, from: identity.id, issued, expires: issued + lifeMs },
    ...{ key: identityFromSeed(secret).id, roles, uses }
  }
  const invitation = seal('invitation', body, identity).bytes
  const few = usable(addresses)
  const link = formatJoinLink({
    ...{ v: WIRE_VERSION, network, owner, secret, invitation, addresses: few }
  })
  return { link, network, roles, uses, expires: body.expires, addresses: few }
}

/** What a newcomer shows: the invitation, and with its key, who it is. */
export function redemptionOf(
  link: JoinLink,
  { member, name, now }: { readonly member: AgentId; readonly name: string; readonly now: number }
): Grant {
  const key = identityFromSeed(link.secret)
  const body: Redemption = {
    ...{ v: WIRE_VERSION, network: link.network, from: key.id, issued: now, member, name }
  }
  return { invitation: link.invitation, redemption: seal('redemption', body, key).bytes }
}

/** Addresses that say who is there; loopback last: it means another machine elsewhere. */
function usable(addresses: readonly string[]): string[] {
  const named = [...new Set(addresses)].filter((address) => parseAddress(address).id !== undefined)
  if (named.length === 0) {
    throw bad('addresses: a newcomer needs one, ending in /p2p/<id>, at which an admin is found')
  }
  const isLoopback = (address: string): boolean => /^\/ip4\/127\.|^\/ip6\/::1\//.test(address)
  return named
    .toSorted((one, other) => Number(isLoopback(one)) - Number(isLoopback(other)))
    .slice(0, LINK_ADDRESSES_MAX)
}

const bad = (message: string): PeerworkError => new PeerworkError('BAD_OPTION', message)
