/** Making a network: an owner's key, and this home as its first admin. */

import { PeerworkError } from '../../protocol/errors.ts'

export interface CreateInit {
  /** What people call it: lower-case letters, digits, dots and dashes. */
  readonly name: string
  readonly configDir: string
  /** The home that becomes the first admin; its agent must not run. */
  readonly home: string
  /** What this agent is called in the network. Default: derived from its id. */
  readonly memberName?: string
  /** Locks the owner's key. */
  readonly passphrase?: string
  /** Opens the home's own key, where that is locked. */
  readonly homePassphrase?: string
}

export interface CreatedNetwork {
  /** Wire id, as in `lab.4f1c2a9be07d5530`. */
  readonly network: string
  readonly name: string
  /** The owner's id. */
  readonly owner: string
  readonly ownerKeyPath: string
  /** This home's agent id. */
  readonly member: string
  readonly memberName: string
  /** When the admin's certificate ends, ms since 1970. */
  readonly expires: number
}

/**
 * @throws PeerworkError `BAD_OPTION` when the name is none, or is taken, or the home is a member of
 *   a network already; `HOME_IN_USE`, `HOME_UNSAFE`, `STORE_FAILED`, `PASSPHRASE_WRONG`
 */
export function createNetwork(init: CreateInit): Promise<CreatedNetwork> {
  throw new PeerworkError('INTERNAL', `not built yet: ${init.name}`)
}
