/** Making an admin from the owner's key alone: when the homes of all admins are lost. */

import { PeerworkError } from '../../protocol/errors.ts'
import { readKey } from '../key-file.ts'
import { becomeAdmin, checkUnbound } from './create.ts'
import type { CreatedNetwork, CreateInit } from './create.ts'
import { lockHome } from './member-home.ts'
import { ownerKeyPath } from './owner-key.ts'

/**
 * The same network goes on: members let the new admin in, and tell it who they are.
 *
 * @param init with the name under which the owner's key lies in `configDir`
 * @throws PeerworkError `OWNER_KEY_NEEDED`, `BAD_OPTION` when the home is in a network already,
 *   `HOME_IN_USE`, `HOME_UNSAFE`, `STORE_FAILED`, `PASSPHRASE_WRONG`
 */
export async function restoreAdmin(init: CreateInit): Promise<CreatedNetwork> {
  await Promise.resolve()
  const { name, home, configDir, passphrase } = init
  const path = ownerKeyPath(configDir, name)
  using place = lockHome(home, init.homePassphrase)
  checkUnbound(place.own, home)
  const secret = readKey(path, passphrase)
  if (secret === undefined) {
    const text = `the key of "${name}" belongs at ${path}: there is none`
    throw new PeerworkError('OWNER_KEY_NEEDED', text, { path })
  }
  return becomeAdmin(place, secret.identity, init)
}
