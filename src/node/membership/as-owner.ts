/** What only the owner can sign: putting out an admin, and renewing one. */

import { PeerworkError } from '../../protocol/errors.ts'

export interface OwnerInit {
  /** A home that is a member: its roster says who is meant. Its agent may run. */
  readonly home: string
  readonly configDir: string
  /** Opens the owner's key. */
  readonly passphrase?: string
  /** Peer id, unique prefix of one, or unique name. */
  readonly member: string
}

export interface OwnerWord {
  readonly id: string
  readonly name: string
  /** Base64, for `announce` of a running agent. It is kept in the home already. */
  readonly record: string
}

/** @throws PeerworkError `OWNER_KEY_NEEDED`, `PEER_UNKNOWN`, `PEER_AMBIGUOUS`, `NOT_A_MEMBER` */
export function revokeAsOwner(init: OwnerInit & { readonly reason?: string }): Promise<OwnerWord> {
  throw new PeerworkError('INTERNAL', `not built yet: ${init.home}`)
}

/** A certificate of 365 days, for an admin as for anybody. Same errors. */
export function renewAsOwner(init: OwnerInit): Promise<OwnerWord> {
  throw new PeerworkError('INTERNAL', `not built yet: ${init.home}`)
}
