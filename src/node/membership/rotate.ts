/** Changing an agent's key while it stays the same member. */

import { PeerworkError } from '../../protocol/errors.ts'

export interface RotateInit {
  /** A home whose agent does not run. */
  readonly home: string
  /** Opens the old key, and locks the new one. */
  readonly homePassphrase?: string
  /** Where the owner's key lies: an admin's new key takes the owner's word. */
  readonly configDir?: string
  /** Opens the owner's key. */
  readonly passphrase?: string
}

export interface Rotated {
  readonly before: string
  readonly after: string
  /** Where the old key was put; remove it when nobody knows the old id any more. */
  readonly oldKeyPath: string
}

/**
 * @throws PeerworkError `HOME_IN_USE`, `NOT_A_MEMBER`, `OWNER_KEY_NEEDED` for an admin, `NO_ADMIN`
 *   when the last change was not yet confirmed by an admin, `PASSPHRASE_WRONG`, `STORE_FAILED`
 */
export function rotateKey(init: RotateInit): Promise<Rotated> {
  throw new PeerworkError('INTERNAL', `not built yet: ${init.home}`)
}
