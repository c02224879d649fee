/** Changing an agent's key while it stays the same member. */

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { PeerworkError } from '../../protocol/errors.ts'
import { openCredential } from '../../protocol/membership/credential.ts'
import type { Credential } from '../../protocol/membership/credential.ts'
import { nameOfNetwork } from '../../protocol/membership/network-id.ts'
import { sealSuccession } from '../../protocol/membership/succession.ts'
import { systemClock } from '../clock.ts'
import { makeKey, replaceKey } from '../key-file.ts'
import type { Secret } from '../key-file.ts'
import { certify } from './issue.ts'
import { adoptAndKeep, loadRoster } from './load-roster.ts'
import { lockHome } from './member-home.ts'
import { openOwnerKey } from './owner-key.ts'
import { renewed } from './redeem.ts'
import { NEXT_KEY } from './settle-key.ts'
import type { MemberStore, Own } from './store.ts'

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
export async function rotateKey(init: RotateInit): Promise<Rotated> {
  await Promise.resolve()
  const { home, homePassphrase } = init
  using place = lockHome(home, homePassphrase)
  const { own, store, secret: old } = place
  if (own === undefined) {
    throw new PeerworkError('NOT_A_MEMBER', `the home ${home} is in no network`, { home })
  }
  if (own.credential.succession !== undefined) {
    const text = 'the last change of key is not confirmed yet: run the agent until an admin was met'
    throw new PeerworkError('NO_ADMIN', text)
  }
  const next = join(home, NEXT_KEY)
  rmSync(next, { force: true })
  const fresh = makeKey(next, systemClock, homePassphrase)
  if (fresh === undefined) throw new PeerworkError('STORE_FAILED', `${next} is in the way`)
  let changed: Changed
  try {
    changed = changeOver(init, own, { old, fresh })
  } catch (error) {
    rmSync(next, { force: true })
    throw error
  }
  // In this order: after a crash in between, the next start finds whose the key has to be. Written
  // in parts, a crash would leave an old key that is said to be nobody’s.
  adopt(store, own, changed)
  const oldKeyPath = replaceKey(home, next, old)
  return { before: old.identity.id, after: fresh.identity.id, oldKeyPath }
}

interface Keys {
  readonly old: Secret
  readonly fresh: Secret
}

interface Changed {
  /** What the agent shows from now on. */
  readonly credential: Credential
  /** What tells others that the old key is nobody's. */
  readonly moved: Credential
}

function changeOver(init: RotateInit, own: Own, { old, fresh }: Keys): Changed {
  const { network, owner, credential } = own
  const now = systemClock.now()
  const trust = { network, owner, now }
  const { certificate } = openCredential(credential, trust)
  const keys = { before: old.identity, after: fresh.identity }
  const moved = { ...credential, succession: sealSuccession(network, now, keys) }
  if (!certificate.body.roles.includes('admin')) return { credential: moved, moved }
  const { configDir, passphrase } = init
  if (configDir === undefined) {
    throw new PeerworkError('OWNER_KEY_NEEDED', 'the new key of an admin takes the owner’s word')
  }
  const key = openOwnerKey({ configDir, name: nameOfNetwork(network), passphrase }, owner)
  const { grant: _, ...facts } = renewed(certificate.body, fresh.identity.id)
  return { credential: certify(facts, { identity: key.identity, network, now }), moved }
}

function adopt(store: MemberStore, own: Own, { credential, moved }: Changed): void {
  const roster = loadRoster(store, own, systemClock.now)
  const all = credential === moved ? [moved] : [moved, credential]
  const records = all.map((member) => ({ member }))
  adoptAndKeep(roster, store, { records, own: { ...own, credential } })
}
