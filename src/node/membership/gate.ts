/**
 * The gate: who is let in, while a connection is being made, and who was.
 *
 * It judges by what the roster knows, lets newcomers and renewals be dealt with by whoever can, and
 * remembers of everybody it let in the start (`boot`) of the agent that showed the certificate: a
 * second start that is alive beside the first is a copied home.
 */

import { sameBytes } from '../../protocol/canonical.ts'
import { CLOCK_AHEAD_MS_MAX, WIRE_VERSION } from '../../protocol/constants.ts'
import { PeerworkError, toPeerworkError } from '../../protocol/errors.ts'
import type { AgentId } from '../../protocol/identity.ts'
import { openCredential } from '../../protocol/membership/credential.ts'
import type { Credential, Membership } from '../../protocol/membership/credential.ts'
import type { Hello, Verdict } from '../../protocol/membership/handshake.ts'
import type { Grant } from '../../protocol/membership/invitation.ts'
import type { Role } from '../../protocol/membership/role.ts'
import { verdictOf } from './handshake.ts'
import type { Doorkeeper } from './handshake.ts'
import type { Roster } from './roster.ts'

/** Who was refused last and why, count: for messages only. */
const REFUSALS_MAX = 256

export interface GateOptions {
  readonly self: AgentId
  readonly network: string
  readonly roster: Roster
  readonly now: () => number
  readonly boot: Uint8Array
  /** What we show; a guest has nothing. */
  readonly credential: () => Credential | undefined
  /** A certificate for a newcomer, and where more of us are. */
  readonly redeem: (grant: Grant, newcomer: AgentId) => Promise<Verdict>
  /** As an admin, for a member whose certificate has ended. @throws PeerworkError */
  readonly renewLate: (credential: Credential, peer: AgentId) => Credential
  /** Somebody showed this, or gave it to us. */
  readonly showed: (credential: Credential) => void
  /** Whether an agent with this id, which we were connected to, still answers. */
  readonly alive: (peer: AgentId) => Promise<boolean>
  /** Two agents run with one key; ours, when it is our own. */
  readonly twins: (peer: AgentId) => void
  /** The network says this of us. */
  readonly told: (peer: AgentId, error: PeerworkError) => void
  readonly weRefused: (peer: AgentId, error: PeerworkError) => void
}

/** Somebody who was let in. */
interface Passed {
  readonly boot: Uint8Array
  /** Absent for a guest. */
  readonly membership?: Membership
}

export class Gate implements Doorkeeper {
  readonly #options: GateOptions
  readonly #passed = new Map<AgentId, Passed>()
  readonly #guests = new Map<object, AgentId>()
  readonly #refusals = new Map<
    AgentId,
    { readonly error: PeerworkError; readonly number: number }
  >()
  #refused = 0

  constructor(options: GateOptions) {
    this.#options = options
  }

  hello(): Hello {
    const { network, boot, now, credential } = this.#options
    const shown = credential()
    const common = { v: WIRE_VERSION, network, boot, now: now() }
    return shown === undefined ? common : { ...common, credential: shown }
  }

  async judge(peer: AgentId, hello: Hello, dialled: boolean): Promise<Verdict> {
    try {
      const { network, redeem } = this.#options
      if (hello.network !== network) {
        throw new PeerworkError('WRONG_NETWORK', `it is of network "${hello.network}"`)
      }
      if (hello.grant !== undefined) return await redeem(hello.grant, peer)
      const membership = this.#membershipOf(peer, hello)
      await this.#checkTwins(peer, hello)
      const { boot } = hello
      this.#passed.set(peer, membership === undefined ? { boot } : { boot, membership })
      return {}
    } catch (thrown) {
      const error = toPeerworkError(thrown)
      const late = !dialled && error.code === 'MEMBERSHIP_EXPIRED'
      const credential = late ? this.#renewLate(peer, hello) : undefined
      return credential === undefined ? verdictOf(this.#withClocks(error, hello)) : { credential }
    }
  }

  /** Nothing, unless we are an admin and it is not too late. */
  #renewLate(peer: AgentId, { credential }: Hello): Credential | undefined {
    try {
      return credential && this.#options.renewLate(credential, peer)
    } catch {
      return undefined
    }
  }

  /** We were away for too long, and an admin has renewed our certificate all the same. */
  granted(_peer: AgentId, credential: Credential): void {
    this.#options.showed(credential)
  }

  met(peer: AgentId): void {
    this.#refusals.delete(peer)
  }

  refused(peer: AgentId, error: PeerworkError, by: 'us' | 'them'): void {
    this.#refusals.delete(peer)
    this.#refusals.set(peer, { error, number: ++this.#refused })
    const [oldest = ''] = this.#refusals.keys()
    if (this.#refusals.size > REFUSALS_MAX) this.#refusals.delete(oldest)
    const { told, weRefused } = this.#options
    if (by === 'them') told(peer, error)
    else weRefused(peer, error)
  }

  /** Why a peer was refused last, or refused us. */
  refusalOf(peer: AgentId): PeerworkError | undefined {
    return this.#refusals.get(peer)?.error
  }

  /**
   * The refusal behind an error that libp2p makes of it, of a dial that begins now.
   *
   * What others say can be any text, the whole of another error's too: so it counts only for the
   * peer that was dialled, or, where no id says who that is, only when it was said since.
   */
  behind(addresses: readonly string[]): (error: unknown) => PeerworkError | undefined {
    const before = this.#refused
    const ids = addresses.flatMap((address) => [...address.matchAll(/\/p2p\/(\w+)/g)])
    const named = ids.map(([, id]) => id)
    return (thrown) => {
      const message = thrown instanceof Error ? thrown.message : ''
      for (const [peer, { error, number }] of this.#refusals) {
        const meant = named.length > 0 ? named.includes(peer) : number > before
        if (meant && message.includes(error.message)) return error
      }
      return undefined
    }
  }

  /** Whether somebody may stay who was let in once; the second line behind the handshake. */
  fault(peer: AgentId): PeerworkError | undefined {
    const passed = this.#passed.get(peer)
    if (this.#isGuest(peer)) return undefined
    const membership = this.#options.roster.of(peer) ?? passed?.membership
    if (passed === undefined || membership === undefined) {
      return new PeerworkError('NOT_A_MEMBER', 'it did not show that it is a member')
    }
    return this.#options.roster.fault(membership)
  }

  may(peer: AgentId, role: Role): boolean {
    if (role === 'submit' && this.#isGuest(peer)) return true
    return this.#passed.has(peer) && this.#options.roster.may(peer, role)
  }

  /** Let in an agent of the same user, which has no certificate, until the returned is called. */
  admit(guest: AgentId): () => void {
    const visit = {}
    this.#guests.set(visit, guest)
    return () => void this.#guests.delete(visit)
  }

  #isGuest(peer: AgentId): boolean {
    return this.#guests.values().some((guest) => guest === peer)
  }

  #membershipOf(peer: AgentId, { credential }: Hello): Membership | undefined {
    const { roster, showed } = this.#options
    if (credential === undefined) {
      if (this.#isGuest(peer)) return undefined
      throw new PeerworkError('NOT_A_MEMBER', 'no certificate of this network was shown')
    }
    const membership = openCredential(credential, roster.trust)
    if (membership.member !== peer) {
      throw new PeerworkError('NOT_A_MEMBER', 'the certificate that was shown is of somebody else')
    }
    const fault = roster.fault(membership)
    if (fault !== undefined) throw fault
    showed(credential)
    return membership
  }

  async #checkTwins(peer: AgentId, { boot }: Hello): Promise<void> {
    const { self, alive, twins } = this.#options
    const before = this.#passed.get(peer)
    const restarted = before === undefined || sameBytes(before.boot, boot)
    if (peer !== self && (restarted || !(await alive(peer)))) return
    if (peer === self && sameBytes(boot, this.#options.boot)) {
      throw new PeerworkError('DIAL_FAILED', 'this is the agent itself')
    }
    twins(peer)
    throw new PeerworkError('DUPLICATE_ID', `another agent runs with the key of ${peer}`, { peer })
  }

  /** A clock that is wrong makes certificates look like what they are not: say so. */
  #withClocks(error: PeerworkError, hello: Hello): PeerworkError {
    const aheadMs = hello.now - this.#options.now()
    const late = error.code === 'MEMBERSHIP_EXPIRED' || error.code === 'CLOCK_SKEW'
    if (!late || Math.abs(aheadMs) < CLOCK_AHEAD_MS_MAX) return error
    const how = aheadMs > 0 ? 'ahead of' : 'behind'
    const text = `${error.message}; its clock is ${Math.abs(aheadMs)} ms ${how} ours`
    return new PeerworkError(error.code, text, { ...error.facts, aheadMs })
  }
}
