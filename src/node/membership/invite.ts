/** Making an invitation, with the keys of a home or of the owner. */

import { PeerworkError } from '../../protocol/errors.ts'
import { nameOfNetwork } from '../../protocol/membership/network-id.ts'
import { systemClock } from '../clock.ts'
import type { Invitation, InviteOptions } from './api.ts'
import { makeInvitation } from './make-invitation.ts'
import { shareHome } from './member-home.ts'
import type { SharedHome } from './member-home.ts'
import { openOwnerKey } from './owner-key.ts'

export interface InviteInit extends InviteOptions {
  /** A home that is a member; its agent may run. */
  readonly home: string
  /** Opens the home's own key, where that is locked. */
  readonly homePassphrase?: string
  /** Sign with the owner's key that lies here: needed to invite an admin. */
  readonly configDir?: string
  /** Opens the owner's key. */
  readonly passphrase?: string
  /** Where newcomers find an admin: what `info().addresses` of the running agent says. */
  readonly addresses: readonly string[]
}

/**
 * @throws PeerworkError `NOT_A_MEMBER`, `ROLE_MISSING`, `OWNER_KEY_NEEDED`, `BAD_OPTION`,
 *   `PASSPHRASE_WRONG`
 */
export async function createInvitation(init: InviteInit): Promise<Invitation> {
  await Promise.resolve()
  using place = shareHome(init.home)
  const { network, owner } = place.own
  const identity = inviterOf(init, place)
  return makeInvitation(init, { identity, network, owner, clock: systemClock })
}

function inviterOf(init: InviteInit, place: SharedHome) {
  const { configDir, passphrase, roles = [] } = init
  const { network, owner } = place.own
  const asAdmin = !roles.includes('admin')
  if (asAdmin) {
    const { identity } = place.secret(init.homePassphrase)
    if (place.roster.may(identity.id, 'admin')) return identity
  }
  if (configDir !== undefined) {
    return openOwnerKey({ configDir, name: nameOfNetwork(network), passphrase }, owner).identity
  }
  if (asAdmin) throw new PeerworkError('ROLE_MISSING', 'only admins invite others')
  throw new PeerworkError('OWNER_KEY_NEEDED', 'only the owner of the network appoints admins')
}
