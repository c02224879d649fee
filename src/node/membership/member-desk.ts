/** What a running agent answers about the network it is a member of. */

import { decodeRecord } from './load-roster.ts'
import { PeerworkError, toRecord } from '../../protocol/errors.ts'
import { nameOfNetwork } from '../../protocol/membership/network-id.ts'
import type {
  Invitation,
  InviteOptions,
  Member,
  MembershipApi,
  MembershipInfo,
  Revoked
} from './api.ts'
import { findMember } from './find-member.ts'
import { revoke } from './issue.ts'
import { makeInvitation } from './make-invitation.ts'
import type { OwnMembership } from './own-membership.ts'
import type { Entry } from './roster.ts'

const RANKS = { member: 0, expired: 1, moved: 2, revoked: 3 } as const

export class MemberDesk implements MembershipApi {
  readonly #membership: OwnMembership

  constructor(membership: OwnMembership) {
    this.#membership = membership
  }

  /** What `info` says of it. */
  info(): MembershipInfo {
    const { network, owner, book, problems, work } = this.#membership
    const here = [...book.roster.entries()].map((entry) => this.#line(entry, new Set(), new Map()))
    const members = here.filter(({ state }) => state === 'member')
    const own = this.#membership.ownFault()
    const said = [...work.overused(), ...problems.list()]
    const all = own === undefined ? said : [own, ...said.filter(({ code }) => code !== own.code)]
    return {
      ...{ network, name: nameOfNetwork(network), owner },
      roles: own === undefined ? (book.membership?.roles ?? []) : [],
      expires: book.membership?.expires ?? null,
      admins: members.filter(({ roles }) => roles.includes('admin')).length,
      members: members.length,
      problems: all.map(toRecord)
    }
  }

  members(): Promise<readonly Member[]> {
    const { book, company } = this.#membership
    const connected = new Set(company.connections().map(({ remotePeer }) => remotePeer.toString()))
    this.#membership.noteSeen()
    const { seen } = book
    const lines = [...book.roster.entries()].map((entry) => this.#line(entry, connected, seen))
    return Promise.resolve(
      lines.toSorted((one, other) => {
        const rank = RANKS[one.state] - RANKS[other.state]
        return rank === 0 ? one.name.localeCompare(other.name) : rank
      })
    )
  }

  async invite(options: InviteOptions): Promise<Invitation> {
    await Promise.resolve()
    const { identity, network, owner, clock, company } = this.#membership
    this.#mustAdmin()
    if (options.roles?.includes('admin') === true) {
      throw new PeerworkError('OWNER_KEY_NEEDED', 'only the owner of the network appoints admins')
    }
    const own = company.addresses().filter((address) => address.endsWith(`/p2p/${identity.id}`))
    const addresses = options.addresses ?? own
    return makeInvitation({ ...options, addresses }, { identity, network, owner, clock })
  }

  async revoke(member: string, reason?: string): Promise<Revoked> {
    this.#mustAdmin()
    const { roster } = this.#membership.book
    const { member: id, name, roles, since } = findMember(roster, member)
    if (roles.includes('admin')) {
      const text = `${name} is an admin: only the owner of the network puts it out`
      throw new PeerworkError('OWNER_KEY_NEEDED', text, { member: id })
    }
    const notice = revoke({ id, since }, reason, this.#membership.work.signer())
    return { id, name, told: await this.#membership.publish({ out: notice }) }
  }

  async announce(record: string): Promise<{ told: number }> {
    const bytes = new Uint8Array(Buffer.from(record, 'base64'))
    return { told: await this.#membership.publish(decodeRecord(bytes)) }
  }

  #line(
    { membership }: Entry,
    connected: ReadonlySet<string>,
    seen: ReadonlyMap<string, number>
  ): Member {
    const { roster } = this.#membership.book
    const { member: first, name, roles, issued, expires, by } = membership
    const next = roster.moves.current(first)
    // A changed key without a certificate of its own yet: still this one, under its new id.
    const id = next !== first && roster.get(next) === undefined ? next : first
    const out = roster.outOf({ ...membership, member: id })
    const state = stateOf({
      out: out !== undefined,
      moved: id !== next,
      expired: this.#isOver(expires)
    })
    return {
      ...{ id, name, roles, state, issued, expires, by },
      lastSeen: connected.has(id) ? this.#membership.clock.now() : (seen.get(id) ?? null),
      connected: connected.has(id),
      self: id === this.#membership.id,
      ...(out?.reason === undefined ? {} : { reason: out.reason }),
      ...(id === next ? {} : { next })
    }
  }

  #isOver(expires: number): boolean {
    return expires <= this.#membership.clock.now()
  }

  #mustAdmin(): void {
    if (this.#membership.mayWe('admin')) return
    const text = 'this agent is no admin of the network'
    throw new PeerworkError('ROLE_MISSING', text, { role: 'admin' })
  }
}

function stateOf(is: { out: boolean; moved: boolean; expired: boolean }): Member['state'] {
  if (is.out) return 'revoked'
  if (is.moved) return 'moved'
  return is.expired ? 'expired' : 'member'
}
