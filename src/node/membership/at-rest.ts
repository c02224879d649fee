/** What a home knows of its network while its agent does not run. */

import { PeerworkError } from '../../protocol/errors.ts'
import type { Identity } from '../../protocol/identity.ts'
import { systemClock } from '../clock.ts'
import { createLogs } from '../logger.ts'
import type { Member, MembershipInfo } from './api.ts'
import { MemberDesk } from './member-desk.ts'
import { holdsMembership } from './members-file.ts'
import { openCertificateOwner } from './own-id.ts'
import { OwnMembership } from './own-membership.ts'
import { MemberStore } from './store.ts'

export interface AtRest {
  /** This home's agent id. */
  readonly id: string
  readonly info: MembershipInfo
  /** As of when the agent ran last. */
  readonly members: readonly Member[]
}

/**
 * Nothing is signed, so a locked key stays locked.
 *
 * @returns nothing for a home that is in no network @throws PeerworkError `STORE_FAILED`
 */
export async function readMembership(home: string): Promise<AtRest | undefined> {
  if (!holdsMembership(home)) return undefined
  using store = new MemberStore(home)
  const own = store.own()
  const id = own && openCertificateOwner(own)
  if (own === undefined || id === undefined) return undefined
  const log = createLogs({ level: 'silent', rooms: {} }, id)('node')
  const identity = voiceless(id)
  const desk = new MemberDesk(new OwnMembership({ own, store, identity, clock: systemClock, log }))
  return { id, info: desk.info(), members: await desk.members() }
}

/** Who it is, but not its key. */
function voiceless(id: string): Identity {
  const sign = (): never => {
    throw new PeerworkError('INTERNAL', 'nothing is signed here')
  }
  return { id, publicKey: new Uint8Array(32), sign }
}
