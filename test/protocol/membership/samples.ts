/** A network with an owner, its people, and everything they can sign. */

import { identityFromSeed } from '../../../src/protocol/identity.ts'
import type { Identity } from '../../../src/protocol/identity.ts'
import type { Certificate } from '../../../src/protocol/membership/certificate.ts'
import type { Trust } from '../../../src/protocol/membership/credential.ts'
import type { Grant, Invitation, Redemption } from '../../../src/protocol/membership/invitation.ts'
import { networkIdOf } from '../../../src/protocol/membership/network-id.ts'
import type { Revocation } from '../../../src/protocol/membership/revocation.ts'
import { ROLES } from '../../../src/protocol/membership/role.ts'
import { seal } from '../../../src/protocol/seal.ts'
import { NOW } from '../samples.ts'

export const DAY_MS = 24 * 60 * 60 * 1000
export const owner = identityFromSeed(new Uint8Array(32).fill(4))
/** An admin, by the owner's word. */
export const ada = identityFromSeed(new Uint8Array(32).fill(5))
export const ben = identityFromSeed(new Uint8Array(32).fill(6))
export const eve = identityFromSeed(new Uint8Array(32).fill(7))
/** The key in a link. */
export const SECRET = new Uint8Array(32).fill(8)
export const ticket = identityFromSeed(SECRET)

export const LAB = networkIdOf('lab', owner.id)
export const trust: Trust = { network: LAB, owner: owner.id, now: NOW }

export const certificateBody = (change: Partial<Certificate> = {}): Certificate => ({
  ...{ v: 1, network: LAB, from: ada.id, issued: NOW, expires: NOW + 14 * DAY_MS },
  ...{ member: ben.id, name: 'ben', roles: ['submit', 'execute', 'observe'], since: NOW },
  ...change
})

export const certificate = (change: Partial<Certificate>, by: Identity): Uint8Array =>
  seal('certificate', certificateBody({ from: by.id, ...change }), by).bytes

/** A certificate that makes its member an admin, by the owner unless another signs. */
export const adminCertificate = (
  change: Partial<Certificate> = {},
  by: Identity = owner
): Uint8Array => {
  const year = { expires: NOW + 365 * DAY_MS }
  return certificate({ member: ada.id, name: 'ada', roles: ROLES, ...year, ...change }, by)
}

export const invitationBody = (change: Partial<Invitation> = {}): Invitation => ({
  ...{ v: 1, network: LAB, from: owner.id, issued: NOW, expires: NOW + DAY_MS },
  ...{ key: ticket.id, roles: ['submit', 'execute', 'observe'], uses: 1 },
  ...change
})

export const invitation = (change: Partial<Invitation> = {}, by = owner): Uint8Array =>
  seal('invitation', invitationBody({ from: by.id, ...change }), by).bytes

export const redemptionBody = (change: Partial<Redemption> = {}): Redemption => ({
  ...{ v: 1, network: LAB, from: ticket.id, issued: NOW, member: ben.id, name: 'ben' },
  ...change
})

export const redemption = (change: Partial<Redemption> = {}, by = ticket): Uint8Array =>
  seal('redemption', redemptionBody({ from: by.id, ...change }), by).bytes

/** What the owner gives to whoever is named. */
export const grantFor = (
  member: string,
  change: Partial<Invitation> = {},
  by: Identity = owner
): Grant => ({ invitation: invitation(change, by), redemption: redemption({ member }) })

export const revocationBody = (change: Partial<Revocation> = {}): Revocation => ({
  ...{ v: 1, network: LAB, from: ada.id, issued: NOW, member: ben.id },
  ...change
})

export const revocation = (change: Partial<Revocation> = {}, by = ada): Uint8Array =>
  seal('revocation', revocationBody({ from: by.id, ...change }), by).bytes
