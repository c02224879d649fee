/** Making an invitation, with the keys of a home or of the owner. */

import { PeerworkError } from '../../protocol/errors.ts'
import type { Invitation, InviteOptions } from './api.ts'

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
export function createInvitation(init: InviteInit): Promise<Invitation> {
  throw new PeerworkError('INTERNAL', `not built yet: ${init.home}`)
}
