/**
 * A certificate: this agent is a member of this network, with these roles, until then.
 *
 * It is signed by the owner's key, or by an admin whose own certificate comes with it. Only the
 * owner appoints admins: by signing their certificate, or by an invitation that says so, which the
 * certificate then keeps as its `grant`. Anybody who knows the owner's id can check it offline.
 */

import * as z from 'zod/mini'
import { CERTIFICATE_BYTES_MAX, CERTIFICATE_LIFE_MS_MAX } from '../constants.ts'
import type { Expectation, SealedBody } from '../seal.ts'
import * as shape from '../shape.ts'
import { grant } from './invitation.ts'
import { roles } from './role.ts'

const certificate = z.strictObject({
  v: z.int(),
  network: shape.network,
  /** The owner, or the admin that let the member in or renewed it. */
  from: shape.agentId,
  issued: shape.time,
  expires: shape.time,
  member: shape.agentId,
  /** What the member is called in this network. */
  name: shape.agentName,
  roles,
  /** When it was let in. Renewals keep it, so that none of them can undo a revocation. */
  since: shape.time,
  /** Digest of the invitation by which it came, so that every admin can count its uses. */
  invitation: z.optional(shape.bytes(32)),
  /** The owner's own word, where an admin signed for another admin. */
  grant: z.optional(grant)
})

export type Certificate = z.infer<typeof certificate> & SealedBody

const readCertificate = shape.reader('certificate', certificate)

/** How anybody opens a certificate; who may have signed it is decided in `credential.ts`. */
export function expectCertificate(
  network: string,
  now: number,
  evenExpired = false
): Expectation<Certificate> {
  const base = { kind: 'certificate', bytesMax: CERTIFICATE_BYTES_MAX } as const
  const times = { lifeMsMax: CERTIFICATE_LIFE_MS_MAX, evenExpired }
  return { ...base, ...times, network, now, check: readCertificate }
}
