/** Reads a home's membership; imported only by agents that have one. */

import { PeerworkError } from '../../protocol/errors.ts'
import { openHome } from '../home.ts'
import { checkOpen, checkOwned } from './member-options.ts'
import type { Opened, Opening } from './member-options.ts'
import { MemberDesk } from './member-desk.ts'
import { OwnMembership } from './own-membership.ts'
import type { GuestOf } from './record-book.ts'
import { admissionByRole } from './role-admission.ts'
import { settleKey } from './settle-key.ts'
import { MemberStore } from './store.ts'
import type { Own } from './store.ts'

/** @throws PeerworkError `BAD_OPTION`, `STORE_FAILED` */
export function loadMembership(opening: Opening): Opened {
  const { options, clock, logs } = opening
  const log = logs?.('membership') ?? opening.log
  const read = opening.openSecret(options)
  const { home, guestOf, certificateLifeMs: lifeMs } = options
  if (home !== undefined) openHome(home)
  const store = new MemberStore(guestOf === undefined ? home : undefined)
  try {
    const held = store.own()
    const own: Own | GuestOf | undefined = guestOf ?? held
    if (own === undefined) {
      store[Symbol.dispose]()
      checkOpen(options)
      return { options, secret: read }
    }
    checkOwned(options, own)
    const secret = home === undefined ? read : settleKey(home, own, { secret: read, options })
    const { identity } = secret
    const membership = new OwnMembership({ own, store, identity, clock, log, lifeMs })
    const { network } = own
    const bootstrap = [...new Set([...options.bootstrap, ...(held?.addresses ?? [])])]
    const name = options.name ?? membership.book.membership?.name
    const desk = new MemberDesk(membership)
    const admission = admissionByRole(membership)
    const belonging = { membership, desk, admission }
    return { belonging, secret, options: { ...options, name, network, bootstrap } }
  } catch (error) {
    store[Symbol.dispose]()
    throw error instanceof PeerworkError ? error : new PeerworkError('STORE_FAILED', String(error))
  }
}
