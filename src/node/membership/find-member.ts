/** The member a person means. */

import { PeerworkError } from '../../protocol/errors.ts'
import type { Membership } from '../../protocol/membership/credential.ts'
import { matchesId } from '../peers.ts'
import type { Roster } from './roster.ts'

const PREFIX_LENGTH_MIN = 6

/**
 * @param text peer id, unique prefix of one (at least 6 characters), or unique name
 * @throws PeerworkError `PEER_UNKNOWN`, `PEER_AMBIGUOUS`
 */
export function findMember(roster: Roster, text: string): Membership {
  const ids = new Set(
    [...roster.entries()].map(({ membership }) => {
      return roster.moves.current(membership.member)
    })
  )
  const all = [...ids].flatMap((id) => roster.of(id) ?? [])
  const exact = all.find(({ member }) => member === text)
  if (exact !== undefined) return exact
  const fits = all.filter(({ member, name }) => {
    return name === text || (text.length >= PREFIX_LENGTH_MIN && matchesId(member, text))
  })
  // Of several with one name, those who are gone are rarely meant.
  const here = fits.filter((membership) => roster.fault(membership) === undefined)
  const [first, second] = here.length > 0 ? here : fits
  if (second !== undefined) {
    throw new PeerworkError('PEER_AMBIGUOUS', `several members match "${text}"`)
  }
  if (first !== undefined) return first
  throw new PeerworkError('PEER_UNKNOWN', `no member "${text}" in the roster`)
}
