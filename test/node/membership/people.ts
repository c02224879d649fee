/** A network with an owner and its people, for the tests of this room. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import type { Clock } from '../../../src/node/clock.ts'
import type { Secret } from '../../../src/node/key-file.ts'
import { certify, revoke } from '../../../src/node/membership/issue.ts'
import type { Facts, Signer } from '../../../src/node/membership/issue.ts'
import { makeInvitation, redemptionOf } from '../../../src/node/membership/make-invitation.ts'
import { MemberStore } from '../../../src/node/membership/store.ts'
import { Roster } from '../../../src/node/membership/roster.ts'
import { identityFromSeed } from '../../../src/protocol/identity.ts'
import type { Identity } from '../../../src/protocol/identity.ts'
import type { Credential } from '../../../src/protocol/membership/credential.ts'
import type { MemberRecord } from '../../../src/protocol/membership/exchange.ts'
import type { Grant } from '../../../src/protocol/membership/invitation.ts'
import { parseJoinLink } from '../../../src/protocol/membership/join-link.ts'
import { networkIdOf } from '../../../src/protocol/membership/network-id.ts'
import { ROLES, USUAL_ROLES } from '../../../src/protocol/membership/role.ts'
import type { InviteOptions } from '../../../src/node/membership/api.ts'

export const DAY_MS = 24 * 60 * 60 * 1000
/** The moment at which these tests play: now, because real agents look at real clocks. */
export const NOW = systemClock.now()

export const secretOf = (byte: number): Secret => {
  const seed = new Uint8Array(32).fill(byte)
  return { seed, identity: identityFromSeed(seed) }
}
export const [OWNER, ADA, BEN, EVE, CAT] = [21, 22, 23, 24, 25].map(secretOf) as [
  Secret,
  Secret,
  Secret,
  Secret,
  Secret
]
export const owner = OWNER.identity
/** An admin, by the owner's word. */
export const ada = ADA.identity
export const ben = BEN.identity
export const eve = EVE.identity
export const cat = CAT.identity
export const LAB = networkIdOf('lab', owner.id)

export const asOwner = (now = NOW): Signer => ({ identity: owner, network: LAB, now })

export const facts = (who: Identity, name: string, change: Partial<Facts> = {}): Facts => ({
  ...{ member: who.id, name, roles: USUAL_ROLES, since: NOW - 1_000 },
  ...change
})

export const ADA_SHOWS: Credential = certify(facts(ada, 'ada', { roles: ROLES }), asOwner(NOW))

export const asAda = (now = NOW): Signer => ({
  ...{ identity: ada, network: LAB, now, credential: ADA_SHOWS }
})

/** What a member shows that ada has let in. */
export const credentialOf = (
  who: Identity,
  name: string,
  change: Partial<Facts> = {},
  signer = asAda()
): Credential => certify(facts(who, name, change), signer)

export const BEN_SHOWS = credentialOf(ben, 'ben')

export const outBy = (
  who: Identity,
  signer: Signer,
  { reason, since = NOW }: { reason?: string; since?: number } = {}
): MemberRecord => ({ out: revoke({ id: who.id, since }, reason, signer) })

export function rosterOf(...records: MemberRecord[]): Roster {
  const roster = new Roster({ network: LAB, owner: owner.id, now: () => NOW })
  for (const record of [{ member: ADA_SHOWS }, ...records]) roster.learn(record)
  return roster
}

const clock: Pick<Clock, 'now' | 'random'> = { now: () => NOW, random: systemClock.random }
const ADDRESS = `/ip4/127.0.0.1/tcp/9/p2p/${ada.id}`

/** A link by ada or the owner. */
export function linkBy(inviter: Identity, options: InviteOptions = {}, now = NOW): string {
  const at = { ...clock, now: () => now }
  const given = { identity: inviter, network: LAB, owner: owner.id, clock: at }
  return makeInvitation({ addresses: [ADDRESS], ...options }, given).link
}

/** What a newcomer shows who has a link. */
export function grantOf(link: string, who: Identity, name = 'newcomer'): Grant {
  return redemptionOf(parseJoinLink(link), { member: who.id, name, now: NOW })
}

export function tempDir(): string {
  const home = mkdtempSync(join(tmpdir(), 'peerwork-member-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  return home
}

/** A home that is a member, as ada or the owner made it; its key is the secret's. */
export function memberHome(secret: Secret, credential: Credential): string {
  const home = tempDir()
  writeFileSync(
    join(home, 'key'),
    `peerwork-key-1 ${Buffer.from(secret.seed).toString('base64')}\n`,
    {
      mode: 0o600
    }
  )
  using store = new MemberStore(home)
  store.setOwn({ network: LAB, owner: owner.id, credential, addresses: [] })
  return home
}

/** A configuration directory with the owner's key in it. */
export function ownersConfig(): string {
  const config = join(tempDir(), 'peerwork')
  mkdirSync(join(config, 'owners'), { recursive: true, mode: 0o700 })
  const text = `peerwork-key-1 ${Buffer.from(OWNER.seed).toString('base64')}\n`
  writeFileSync(join(config, 'owners', 'lab.key'), text, { mode: 0o600 })
  return config
}

/** What somebody shows whose certificate has just ended. */
export const certifyExpired = (who: Identity, signer: Signer): Credential =>
  certify(facts(who, 'late', { since: 0 }), { ...signer, now: NOW - 60_000, lifeMs: 30_000 })
