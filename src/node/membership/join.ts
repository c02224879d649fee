/** Joining a network with a link. */

import { PeerworkError } from '../../protocol/errors.ts'
import { openCredential } from '../../protocol/membership/credential.ts'
import type { Credential, Membership } from '../../protocol/membership/credential.ts'
import { openGrant } from '../../protocol/membership/invitation.ts'
import type { Grant } from '../../protocol/membership/invitation.ts'
import { parseJoinLink } from '../../protocol/membership/join-link.ts'
import type { JoinLink } from '../../protocol/membership/join-link.ts'
import { nameOfNetwork } from '../../protocol/membership/network-id.ts'
import type { Role } from '../../protocol/membership/role.ts'
import { isAgentName } from '../../protocol/text.ts'
import { systemClock } from '../clock.ts'
import { importGuarded } from '../guarded-import.ts'
import { askAround } from './ask-around.ts'
import { checkUnbound } from './create.ts'
import { encodeRecord } from './load-roster.ts'
import { redemptionOf } from './make-invitation.ts'
import { lockHome } from './member-home.ts'
import { Roster } from './roster.ts'

export interface JoinInit {
  /** `peerwork:join/…` */
  readonly link: string
  /** The home that becomes a member; its agent must not run. Made when it is not there. */
  readonly home: string
  /** What this agent will be called in the network. Default: derived from its id. */
  readonly name?: string
  /** Opens, or locks, the home's own key. */
  readonly passphrase?: string
  readonly signal?: AbortSignal
  /** This address is being asked now. */
  readonly asked?: (address: string) => void
}

export interface Joined {
  readonly network: string
  /** What people call the network. */
  readonly name: string
  readonly owner: string
  readonly member: string
  readonly memberName: string
  readonly roles: readonly Role[]
  /** When the certificate ends, ms since 1970; it renews itself. */
  readonly expires: number
  /** Id of the admin that let it in. */
  readonly by: string
  /** Kept in the home as peers to start with. */
  readonly addresses: readonly string[]
}

/**
 * Ask the admins that the link names for a certificate, and keep the first that comes.
 *
 * @throws PeerworkError `INVITATION_INVALID` (damaged, expired, used up), `NO_ADMIN` when nobody
 *   answers, `HOME_IN_USE`, `BAD_OPTION` when the home is a member of another network
 */
export async function join(init: JoinInit): Promise<Joined> {
  const link = parseJoinLink(init.link)
  using place = lockHome(init.home, init.passphrase)
  const { own, secret, store } = place
  // The same network again: whoever was put out, or away too long, comes back with a new link.
  if (own?.network !== link.network) checkUnbound(own, init.home)
  const { id } = secret.identity
  const name = init.name ?? `agent-${id.slice(-6)}`
  if (!isAgentName(name)) throw new PeerworkError('BAD_OPTION', `"${name}" is no agent name`)
  const grant = redemptionOf(link, { member: id, name, now: systemClock.now() })
  checkLink(link, grant, id)
  const { createAsking } = await importGuarded(() => import('./newcomer.ts'))
  const { network, owner } = link
  const asking = createAsking({ secret, network, grant, clock: systemClock })
  const { asked, signal } = init
  const { credential, addresses } = await askAround(link.addresses, {
    ...{ ask: asking.ask, asked, signal },
    check: (shown) => void check(shown, link, id)
  })
  const membership = check(credential, link, id)
  const { roles, expires, by, name: memberName } = membership
  const roster = new Roster({ network, owner, now: systemClock.now })
  const learned = roster.learn({ member: credential })
  store.change([{ id: learned.id, value: encodeRecord({ member: credential }) }], [])
  store.setOwn({ network, owner, credential, addresses })
  const about = { network, name: nameOfNetwork(network), owner }
  return { ...about, member: id, memberName, roles, expires, by, addresses }
}

/** What can be seen without asking anybody. @throws PeerworkError `INVITATION_INVALID` */
function checkLink({ network }: JoinLink, grant: Grant, member: string): void {
  const now = systemClock.now()
  const { expires } = openGrant(grant, { network, member, now }).invitation.body
  if (expires > now) return
  const text = `the invitation does not hold: it expired ${now - expires} ms ago`
  throw new PeerworkError('INVITATION_INVALID', text, { lateMs: now - expires })
}

/** An admin answers, or somebody who was found at its address: only the owner's word counts. */
function check(credential: Credential, { network, owner }: JoinLink, id: string): Membership {
  const membership = openCredential(credential, { network, owner, now: systemClock.now() })
  if (membership.member === id) return membership
  throw new PeerworkError('NOT_A_MEMBER', 'the certificate that came is of somebody else')
}
