/** The membership that an agent starts with: of its home, or as a guest. */

import { checkOpen } from './member-options.ts'
import type { Opened, Opening } from './member-options.ts'
import { holdsMembership } from './members-file.ts'

/**
 * Nothing is loaded for an agent of an open network.
 *
 * @throws PeerworkError `BAD_OPTION` for options that do not fit the network, `STORE_FAILED`
 */
export async function openMembership(opening: Opening): Promise<Opened> {
  const { options, openSecret } = opening
  const { home, guestOf } = options
  const holds = home !== undefined && holdsMembership(home)
  if (holds || guestOf !== undefined) {
    const { loadMembership } = await import('./load-membership.ts')
    return loadMembership(opening)
  }
  checkOpen(options)
  return { options, secret: openSecret(options) }
}
