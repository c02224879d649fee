/** Making an admin from the owner's key alone: when the homes of all admins are lost. */

import { PeerworkError } from '../../protocol/errors.ts'
import { networkIdOf } from '../../protocol/membership/network-id.ts'
import { ROLES } from '../../protocol/membership/role.ts'
import { systemClock } from '../clock.ts'
import { readKey } from '../key-file.ts'
import { checkUnbound } from './create.ts'
import type { CreatedNetwork, CreateInit } from './create.ts'
import { certify, OWNER_WORD_MS } from './issue.ts'
import { encodeRecord } from './load-roster.ts'
import { lockHome } from './member-home.ts'
import { ownerKeyPath } from './owner-key.ts'
import { Roster } from './roster.ts'
import type { Own } from './store.ts'

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
  const { identity } = secret
  const network = networkIdOf(name, identity.id)
  const now = systemClock.now()
  const { id } = place.secret.identity
  const memberName = init.memberName ?? `agent-${id.slice(-6)}`
  const facts = { member: id, name: memberName, roles: ROLES, since: now }
  const credential = certify(facts, { identity, network, now })
  const own: Own = { network, owner: identity.id, credential, addresses: [] }
  const learned = new Roster({ ...own, now: systemClock.now }).learn({ member: credential })
  place.store.change([{ id: learned.id, value: encodeRecord({ member: credential }) }], [])
  place.store.setOwn(own)
  const about = { network, name, owner: identity.id, ownerKeyPath: path }
  return { ...about, member: id, memberName, expires: now + OWNER_WORD_MS }
}
