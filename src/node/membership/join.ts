/** Joining a network with a link. */

import { AGENT_NAME } from '../../protocol/constants.ts'
import { PeerworkError, toPeerworkError } from '../../protocol/errors.ts'
import { openCredential } from '../../protocol/membership/credential.ts'
import type { Credential, Membership } from '../../protocol/membership/credential.ts'
import { openGrant } from '../../protocol/membership/invitation.ts'
import type { Grant } from '../../protocol/membership/invitation.ts'
import { parseJoinLink } from '../../protocol/membership/join-link.ts'
import type { JoinLink } from '../../protocol/membership/join-link.ts'
import { nameOfNetwork } from '../../protocol/membership/network-id.ts'
import type { Role } from '../../protocol/membership/role.ts'
import { systemClock } from '../clock.ts'
import { importGuarded } from '../guarded-import.ts'
import { checkUnbound } from './create.ts'
import { encodeRecord } from './load-roster.ts'
import { redemptionOf } from './make-invitation.ts'
import { lockHome } from './member-home.ts'
import type { Asking } from './newcomer.ts'
import { Roster } from './roster.ts'

/** Addresses that are tried for one link, count: those in it, and some that its admins name. */
const ADDRESSES_MAX = 16

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
 * Ask the admins that the link names, one after the other, for a certificate, and keep it.
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
  if (!AGENT_NAME.test(name)) throw new PeerworkError('BAD_OPTION', `"${name}" is no agent name`)
  const grant = redemptionOf(link, { member: id, name, now: systemClock.now() })
  checkLink(link, grant, id)
  const { createAsking } = await importGuarded(() => import('./newcomer.ts'))
  const { network, owner } = link
  await using asking = await createAsking({ secret, network, grant, clock: systemClock })
  const { credential, membership, addresses } = await askAround(link, asking, { id, ...init })
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

interface Answer {
  readonly credential: Credential
  readonly membership: Membership
  readonly addresses: string[]
}

/** Whoever refuses may know less than the next one, so all are asked before that is the answer. */
async function askAround(
  link: JoinLink,
  asking: Asking,
  { id, signal }: { readonly id: string; readonly signal?: AbortSignal }
): Promise<Answer> {
  const addresses = [...link.addresses]
  let refusal: PeerworkError | undefined
  const silent: string[] = []
  for (let at = 0; at < Math.min(addresses.length, ADDRESSES_MAX); at++) {
    const address = addresses[at] ?? ''
    try {
      const { credential, addresses: more = [] } = await asking.ask(address, signal)
      for (const other of more) if (!addresses.includes(other)) addresses.push(other)
      if (credential === undefined) continue
      const membership = check(credential, link, id)
      const known = [address, ...addresses.filter((other) => other !== address)]
      return { credential, membership, addresses: known.slice(0, ADDRESSES_MAX) }
    } catch (thrown) {
      signal?.throwIfAborted()
      const error = toPeerworkError(thrown)
      if (error.code === 'DIAL_FAILED') silent.push(error.message)
      else if (refusal === undefined || refusal.code === 'NO_ADMIN') refusal = error
    }
  }
  if (refusal !== undefined) throw refusal
  const text = `no admin answers: ${silent.join('; ')}`.slice(0, 600)
  throw new PeerworkError('NO_ADMIN', text, { asked: silent.length })
}

/** An admin answers, or somebody who was found at its address: only the owner's word counts. */
function check(credential: Credential, { network, owner }: JoinLink, id: string): Membership {
  const membership = openCredential(credential, { network, owner, now: systemClock.now() })
  if (membership.member === id) return membership
  throw new PeerworkError('NOT_A_MEMBER', 'the certificate that came is of somebody else')
}
