/** What an invitation shall give, read from the options. */

import { toMs } from '../../node/duration.ts'
import type { InviteOptions } from '../../node/membership/api.ts'
import { parseAddress } from '../../node/addresses.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import { INVITATION_LIFE_MS_MAX, INVITATION_USES_MAX } from '../../protocol/constants.ts'
import { inOrder, isRole, ROLES } from '../../protocol/membership/role.ts'
import type { Role } from '../../protocol/membership/role.ts'
import { suggestion } from '../did-you-mean.ts'

interface Given {
  readonly role: readonly string[]
  readonly uses: string | undefined
  readonly expires: string | undefined
  readonly address: readonly string[]
}

/** @throws PeerworkError `BAD_OPTION`, `BAD_ADDRESS` */
export function readOffer({ role, uses, expires, address }: Given): InviteOptions {
  const roles = role.flatMap((list) => list.split(',')).map((word) => roleOf(word.trim()))
  for (const one of address) {
    if (parseAddress(one).id === undefined) {
      throw bad(`--address: a newcomer has to know who is there: end "${one}" with /p2p/<id>`)
    }
  }
  return {
    ...(roles.length > 0 && { roles: inOrder(roles) }),
    ...(uses !== undefined && { uses: countOf(uses) }),
    ...(expires !== undefined && { expires: toMs(expires, '--expires', INVITATION_LIFE_MS_MAX) }),
    ...(address.length > 0 && { addresses: address })
  }
}

function roleOf(word: string): Role {
  if (isRole(word)) return word
  const hint = suggestion(word, ROLES)
  throw bad(`--role: roles are ${ROLES.join(', ')}; not "${word}".${hint}`)
}

function countOf(text: string): number {
  const uses = Number(text)
  if (/^\d+$/.test(text) && uses >= 1 && uses <= INVITATION_USES_MAX) return uses
  throw bad(`--uses is a whole number from 1 to ${INVITATION_USES_MAX}: "${text}"`)
}

const bad = (message: string): PeerworkError =>
  new PeerworkError('BAD_OPTION', message, { command: 'invite' })
