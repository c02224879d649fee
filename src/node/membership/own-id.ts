/** Whose a credential is, without asking whether it still holds. */

import type { AgentId } from '../../protocol/identity.ts'
import { openCredential } from '../../protocol/membership/credential.ts'
import { systemClock } from '../clock.ts'
import type { Own } from './store.ts'

/** `undefined` for one that never held. */
export function openCertificateOwner({ network, owner, credential }: Own): AgentId | undefined {
  try {
    const trust = { network, owner, now: systemClock.now(), evenExpired: true }
    return openCredential(credential, trust).member
  } catch {
    return undefined
  }
}
