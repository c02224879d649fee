/** What an agent can be asked about the network it is a member of. */

import type { ErrorRecord } from '../../protocol/errors.ts'
import type { Role } from '../../protocol/membership/role.ts'

/** This agent's own membership; absent in an open network. */
export interface MembershipInfo {
  /** Wire id, as in `lab.4f1c2a9be07d5530`. */
  readonly network: string
  /** What people call the network. */
  readonly name: string
  /** The owner's id: every certificate goes back to it. */
  readonly owner: string
  /** Empty for a guest of this user's own agent. */
  readonly roles: readonly Role[]
  /** When the own certificate ends, ms since 1970; `null` for a guest. */
  readonly expires: number | null
  /** Admins seen in the roster that are members now, this agent included. */
  readonly admins: number
  /** Members that are members now, this agent included. */
  readonly members: number
  /** What is wrong: expired, revoked, a copied home, no admin to renew. Newest first. */
  readonly problems: readonly ErrorRecord[]
}

/** One line of `peerwork members`. */
export interface Member {
  readonly id: string
  /** What the network calls it; chosen when it joined. */
  readonly name: string
  readonly roles: readonly Role[]
  /** `moved`: it changed its key, see `next`. */
  readonly state: 'member' | 'expired' | 'revoked' | 'moved'
  /** When its certificate was signed, and ends; ms since 1970. */
  readonly issued: number
  readonly expires: number
  /** Who signed the certificate: the owner, or an admin. */
  readonly by: string
  /** When it was connected last, ms since 1970; `null` when never to this agent. */
  readonly lastSeen: number | null
  readonly connected: boolean
  /** This agent itself. */
  readonly self: boolean
  /** Why it was put out, when somebody said so. */
  readonly reason?: string
  /** The id it has now. */
  readonly next?: string
}

export interface InviteOptions {
  /** Default: submit, execute and observe. `admin` takes the owner's key: `createInvitation`. */
  readonly roles?: readonly Role[]
  /** How many newcomers; default 1. */
  readonly uses?: number
  /** From now: ms, or `30m`, `24h`. Default 24 h, at most 30 days. */
  readonly expires?: number | string
  /** Where newcomers find an admin; default: this agent's own addresses. At most 6. */
  readonly addresses?: readonly string[]
}

export interface Invitation {
  /** `peerwork:join/…`: whoever has it can join. */
  readonly link: string
  readonly network: string
  readonly roles: readonly Role[]
  readonly uses: number
  /** ms since 1970 */
  readonly expires: number
  readonly addresses: readonly string[]
}

export interface Revoked {
  readonly id: string
  readonly name: string
  /** Connected members that were told at once. */
  readonly told: number
}

/** Questions about membership; every one throws `NOT_A_MEMBER` in an open network. */
export interface MembershipApi {
  /** Everybody in the roster: members first, then who no longer is. */
  members(): Promise<readonly Member[]>
  /** @throws PeerworkError `ROLE_MISSING` unless this agent is an admin, `OWNER_KEY_NEEDED` */
  invite(options?: InviteOptions): Promise<Invitation>
  /**
   * Put a member out: peer id, unique prefix of one, or unique name.
   *
   * @throws PeerworkError `ROLE_MISSING`, `PEER_UNKNOWN`, `PEER_AMBIGUOUS`; `OWNER_KEY_NEEDED` when
   *   the member is an admin: see `revokeAsOwner`, whose record `announce` takes
   */
  revoke(member: string, reason?: string): Promise<Revoked>
  /**
   * Take in a record that was signed elsewhere, and tell everybody.
   *
   * @param record base64, as `revokeAsOwner` and `renewAsOwner` give it
   * @throws PeerworkError what is wrong with it
   */
  announce(record: string): Promise<{ readonly told: number }>
}
