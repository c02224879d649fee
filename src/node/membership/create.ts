/** Making a network: an owner's key, and this home as its first admin. */

import { NETWORK_NAME } from '../../protocol/constants.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import type { Identity } from '../../protocol/identity.ts'
import { nameOfNetwork, networkIdOf } from '../../protocol/membership/network-id.ts'
import { ROLES } from '../../protocol/membership/role.ts'
import { systemClock } from '../clock.ts'
import { certify, OWNER_WORD_MS } from './issue.ts'
import { encodeRecord } from './load-roster.ts'
import { lockHome } from './member-home.ts'
import type { LockedHome } from './member-home.ts'
import { makeOwnerKey, ownerKeyPath } from './owner-key.ts'
import { Roster } from './roster.ts'
import type { Own } from './store.ts'

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
export async function createNetwork(init: CreateInit): Promise<CreatedNetwork> {
  await Promise.resolve()
  const { name, home, configDir, passphrase } = init
  if (!NETWORK_NAME.test(name)) networkIdOf(name, '')
  using place = lockHome(home, init.homePassphrase)
  checkUnbound(place.own, home)
  const { secret, undo } = makeOwnerKey({ configDir, name, passphrase }, systemClock)
  try {
    return becomeAdmin(place, secret.identity, init)
  } catch (error) {
    undo()
    throw error
  }
}

/** The owner makes the home an admin, and the home keeps that. */
export function becomeAdmin(place: LockedHome, owner: Identity, init: CreateInit): CreatedNetwork {
  const { name, configDir } = init
  const { id } = place.secret.identity
  const network = networkIdOf(name, owner.id)
  const now = systemClock.now()
  const memberName = init.memberName ?? `agent-${id.slice(-6)}`
  const facts = { member: id, name: memberName, roles: ROLES, since: now }
  const credential = certify(facts, { identity: owner, network, now })
  const own: Own = { network, owner: owner.id, credential, addresses: [] }
  // Checked by who will read it: a name that is none must not lie in a home.
  const learned = new Roster({ ...own, now: systemClock.now }).learn({ member: credential })
  place.store.change([{ id: learned.id, value: encodeRecord({ member: credential }) }], [])
  place.store.setOwn(own)
  const about = { network, name, owner: owner.id, ownerKeyPath: ownerKeyPath(configDir, name) }
  return { ...about, member: id, memberName, expires: now + OWNER_WORD_MS }
}

/** @throws PeerworkError `BAD_OPTION` for a home that is a member already */
export function checkUnbound(own: Own | undefined, home: string): void {
  if (own === undefined) return
  const name = nameOfNetwork(own.network)
  const text = `the home ${home} is a member of "${name}" already; take another with --name`
  throw new PeerworkError('BAD_OPTION', text, { home, network: own.network })
}
