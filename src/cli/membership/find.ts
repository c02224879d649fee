/** The member a person means, among those that the agent knows. */

import type { Member } from '../../node/membership/api.ts'
import { matchesId } from '../../node/peers.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import { shortId } from '../names.ts'
import { plainLabel } from '../plain-text.ts'

const PREFIX_LENGTH_MIN = 6
/** Members that an error names, count: a line of a terminal. */
const NAMED_MAX = 8

/**
 * @param text peer id, unique prefix of one, or unique name
 * @throws PeerworkError `PEER_UNKNOWN` naming who is there, `PEER_AMBIGUOUS`
 */
export function findAmong(members: readonly Member[], text: string): Member {
  const exact = members.find(({ id }) => id === text)
  if (exact !== undefined) return exact
  const fits = members.filter(({ id, name }) => {
    return name === text || (text.length >= PREFIX_LENGTH_MIN && matchesId(id, text))
  })
  // Of several with one name, those who are gone are rarely meant.
  const here = fits.filter(({ state }) => state === 'member')
  const [first, second] = here.length > 0 ? here : fits
  if (first !== undefined && second === undefined) return first
  if (first === undefined) {
    const message = `no member is called "${text}"; there are ${listed(members)}`
    throw new PeerworkError('PEER_UNKNOWN', message)
  }
  const ids = fits.map(({ id }) => shortId(id)).join(', ')
  throw new PeerworkError('PEER_AMBIGUOUS', `several members match "${text}": ${ids}`)
}

function listed(members: readonly Member[]): string {
  const names = members
    .filter(({ state }) => state === 'member')
    .map(({ name }) => plainLabel(name, 32))
  const more = names.length > NAMED_MAX ? ', …' : ''
  return `${names.slice(0, NAMED_MAX).join(', ')}${more}`
}
