/** Signing certificates and revocations, as the owner or as an admin. */

import {
  CERTIFICATE_LIFE_MS,
  CERTIFICATE_LIFE_MS_MAX,
  ISSUERS_MAX,
  WIRE_VERSION
} from '../../protocol/constants.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import type { AgentId, Identity } from '../../protocol/identity.ts'
import type { Certificate } from '../../protocol/membership/certificate.ts'
import type { Credential } from '../../protocol/membership/credential.ts'
import type { Notice, Revocation } from '../../protocol/membership/revocation.ts'
import { seal } from '../../protocol/seal.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** What the owner signs lasts a year, ms: its key may lie in a safe. */
export const OWNER_WORD_MS = CERTIFICATE_LIFE_MS_MAX - DAY_MS

/** Who signs. */
export interface Signer {
  readonly identity: Identity
  readonly network: string
  /** An admin's own; absent for the owner. */
  readonly credential?: Credential
  readonly now: number
  /** Life of what it signs, ms. Default: 14 days, or a year for what the owner signs. */
  readonly lifeMs?: number
}

export type Facts = Pick<Certificate, 'member' | 'name' | 'roles' | 'since'> &
  Partial<Pick<Certificate, 'invitation' | 'grant'>>

/** @throws PeerworkError `NO_ADMIN` when the admin's own credential can carry no other */
export function certify(facts: Facts, signer: Signer): Credential {
  const { identity, network, now } = signer
  const above = chainOf(signer)
  const usual = signer.credential === undefined ? OWNER_WORD_MS : CERTIFICATE_LIFE_MS
  // An admin's lasts longer: who should renew it, if all of them were away for two weeks?
  const lifeMs = signer.lifeMs ?? (facts.roles.includes('admin') ? OWNER_WORD_MS : usual)
  const issued = Math.max(now, facts.since)
  const body: Certificate = {
    ...{ v: WIRE_VERSION, network, from: identity.id, issued, expires: issued + lifeMs },
    ...facts
  }
  const certificate = seal('certificate', body, identity).bytes
  return above === undefined ? { certificate } : { certificate, issuers: above }
}

/** @param since when the member became one: a revocation is never earlier than what it ends */
export function revoke(
  member: { readonly id: AgentId; readonly since: number },
  reason: string | undefined,
  signer: Signer
): Notice {
  const { identity, network, now } = signer
  const above = chainOf(signer)
  const why = reason === undefined ? {} : { reason }
  const issued = Math.max(now, member.since)
  const common = { v: WIRE_VERSION, network, from: identity.id, issued }
  const body: Revocation = { ...common, member: member.id, ...why }
  const revocation = seal('revocation', body, identity).bytes
  return above === undefined ? { revocation } : { revocation, issuers: above }
}

function chainOf({ credential }: Signer): Uint8Array[] | undefined {
  if (credential === undefined) return undefined
  const chain = [credential.certificate, ...(credential.issuers ?? [])]
  if (credential.succession === undefined && chain.length <= ISSUERS_MAX) return chain
  const why =
    credential.succession === undefined
      ? 'too many admins lie between this one and the owner'
      : 'this admin has changed its key, and its certificate was not renewed since'
  throw new PeerworkError('NO_ADMIN', `${why}: ask the owner, or another admin`)
}
