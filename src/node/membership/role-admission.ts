/** Who may submit in a network with an owner: members with the role, and this user's guests. */

import { PeerworkError } from '../../protocol/errors.ts'
import type { Admission } from '../../tasks/admission.ts'
import type { OwnMembership } from './own-membership.ts'

export function admissionByRole(membership: OwnMembership): Admission {
  const admits = (peer: string): boolean => membership.may(peer, 'submit')
  const noList = (): never => {
    const text = 'in a network with an owner roles say who may submit, not a list'
    throw new PeerworkError('BAD_OPTION', text)
  }
  return {
    admits,
    // Whom the network lets do work is as good as named: nobody else gets any.
    lists: (peer) => membership.may(peer, 'execute'),
    check(peer) {
      if (admits(peer)) return
      const text = 'this member may not submit tasks in this network'
      throw new PeerworkError('ROLE_MISSING', text, { peer, role: 'submit' })
    },
    allow: noList,
    disallow: noList,
    admit: (guest) => membership.gate.admit(guest),
    list: (peers) => {
      if (peers.length > 0) noList()
    },
    open(everybody) {
      if (everybody) noList()
    },
    mode: () => 'members'
  }
}
