/** What only the owner can sign: putting out an admin, and renewing one. */

import { nameOfNetwork } from '../../protocol/membership/network-id.ts'
import type { MemberRecord } from '../../protocol/membership/exchange.ts'
import { systemClock } from '../clock.ts'
import { findMember } from './find-member.ts'
import { certify, revoke } from './issue.ts'
import type { Signer } from './issue.ts'
import { encodeRecord, learnAndKeep } from './load-roster.ts'
import { shareHome } from './member-home.ts'
import type { SharedHome } from './member-home.ts'
import { openOwnerKey } from './owner-key.ts'
import { renewed } from './redeem.ts'

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
export async function revokeAsOwner(
  init: OwnerInit & { readonly reason?: string }
): Promise<OwnerWord> {
  await Promise.resolve()
  using place = shareHome(init.home)
  const { member: id, name, since } = findMember(place.roster, init.member)
  return keep(place, { id, name }, { out: revoke({ id, since }, init.reason, owner(init, place)) })
}

/** A certificate of 365 days, for an admin as for anybody. Same errors. */
export async function renewAsOwner(init: OwnerInit): Promise<OwnerWord> {
  await Promise.resolve()
  using place = shareHome(init.home)
  const { member: id, name, certificate } = findMember(place.roster, init.member)
  const credential = certify(renewed(certificate.body, id), owner(init, place))
  const { own, store } = place
  // A running agent takes it from `announce`; one that starts later finds it here.
  if (isOwn(place, id)) store.setOwn({ ...own, credential })
  return keep(place, { id, name }, { member: credential })
}

function isOwn({ own, roster }: SharedHome, id: string): boolean {
  const shown = roster.get(id)
  return (
    shown !== undefined &&
    Buffer.from(shown.credential.certificate).equals(own.credential.certificate)
  )
}

function owner({ configDir, passphrase }: OwnerInit, { own }: SharedHome): Signer {
  const { network, owner: id } = own
  const { identity } = openOwnerKey({ configDir, name: nameOfNetwork(network), passphrase }, id)
  return { identity, network, now: systemClock.now() }
}

function keep(
  { roster, store }: SharedHome,
  who: { readonly id: string; readonly name: string },
  record: MemberRecord
): OwnerWord {
  learnAndKeep(roster, store, record)
  return { ...who, record: Buffer.from(encodeRecord(record)).toString('base64') }
}
