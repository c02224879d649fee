/** Joining a network with a link. */

import { PeerworkError } from '../../protocol/errors.ts'
import type { Role } from '../../protocol/membership/role.ts'

export interface JoinInit {
  /** `peerwork:join/…` */
  readonly link: string
  /** The home that becomes a member; its agent must not run. Made when it is not there. */
  readonly home: string
  /** What this agent will be called in the network. Default: derived from its id. */
  readonly name?: string
  /** Opens, or locks, the home's own key. */
  readonly passphrase?: string
  readonly signal?: AbortSignal
}

export interface Joined {
  readonly network: string
  /** What people call the network. */
  readonly name: string
  readonly owner: string
  readonly member: string
  readonly memberName: string
  readonly roles: readonly Role[]
  /** When the certificate ends, ms since 1970; it renews itself. */
  readonly expires: number
  /** Id of the admin that let it in. */
  readonly by: string
  /** Kept in the home as peers to start with. */
  readonly addresses: readonly string[]
}

/**
 * Ask the admins that the link names, one after the other, for a certificate, and keep it.
 *
 * @throws PeerworkError `INVITATION_INVALID` (damaged, expired, used up), `NO_ADMIN` when nobody
 *   answers, `HOME_IN_USE`, `BAD_OPTION` when the home is a member of another network
 */
export function join(init: JoinInit): Promise<Joined> {
  throw new PeerworkError('INTERNAL', `not built yet: ${init.home}`)
}
