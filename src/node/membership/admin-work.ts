/** What this agent does as an admin, and what it does for newcomers when it is none. */

import { toHex } from '../../protocol/canonical.ts'
import { PeerworkError, toPeerworkError } from '../../protocol/errors.ts'
import type { AgentId, Identity } from '../../protocol/identity.ts'
import type { Credential } from '../../protocol/membership/credential.ts'
import type { MemberRecord } from '../../protocol/membership/exchange.ts'
import type { Verdict } from '../../protocol/membership/handshake.ts'
import { openGrant } from '../../protocol/membership/invitation.ts'
import type { Grant } from '../../protocol/membership/invitation.ts'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { TokenBucket } from '../token-bucket.ts'
import type { Company } from './company.ts'
import type { Signer } from './issue.ts'
import type { RecordBook } from './record-book.ts'
import { redeem, renew, renewLate } from './redeem.ts'

/** Addresses of members that a newcomer is told, count. */
const ADDRESSES_MAX = 16
/** Newcomers passed on to an admin: half of the questions that it takes of one member. */
const PASSED_ON = { burst: 16, perSecond: 2 } as const

/** Invitations whose uses are looked at again, count: those of a few weeks. */
const REDEEMED_MAX = 256

export interface AdminOptions {
  readonly network: string
  readonly identity: Identity
  readonly book: RecordBook
  readonly clock: Clock
  readonly log: Logger
  /** Life of the certificates that this agent signs, ms. */
  readonly lifeMs: number | undefined
  readonly learn: (records: readonly MemberRecord[], from: AgentId) => void
}

export class AdminWork {
  readonly #options: AdminOptions
  readonly #asked: TokenBucket
  /** By hex digest: what was redeemed here, and how often it may be. */
  readonly #redeemed = new Map<string, { readonly digest: Uint8Array; readonly uses: number }>()

  constructor(options: AdminOptions) {
    this.#options = options
    this.#asked = new TokenBucket(PASSED_ON, options.clock.elapsed)
  }

  isAdmin(): boolean {
    const { membership, roster } = this.#options.book
    if (membership === undefined) return false
    return membership.roles.includes('admin') && roster.fault(membership) === undefined
  }

  /** @throws PeerworkError `NO_ADMIN` unless this agent is one */
  signer(): Signer {
    const { network, identity, clock, lifeMs, book } = this.#options
    if (book.own === undefined || !this.isAdmin()) {
      throw new PeerworkError('NO_ADMIN', 'this agent is no admin of the network')
    }
    const common = { identity, network, credential: book.own.credential, now: clock.now() }
    return lifeMs === undefined ? common : { ...common, lifeMs }
  }

  /** @throws PeerworkError what `renew` of `redeem.ts` does, and `NO_ADMIN` */
  renew(credential: Credential, peer: AgentId): Credential {
    const { roster } = this.#options.book
    const fresh = renew(credential, peer, { roster, signer: this.signer() })
    this.#options.learn([{ member: fresh }], peer)
    return fresh
  }

  /** The same for who comes late; see `renewLate`. */
  renewLate(credential: Credential, peer: AgentId): Credential {
    const { roster } = this.#options.book
    const fresh = renewLate(credential, peer, { roster, signer: this.signer() })
    this.#options.learn([{ member: fresh }], peer)
    return fresh
  }

  /**
   * @param newcomer whoever the grant names, unless it is known who shows it
   * @throws PeerworkError what `redeem` does, and `NO_ADMIN`
   */
  letIn(grant: Grant, newcomer = this.#named(grant)): Credential {
    const { book, log, learn } = this.#options
    const credential = redeem(grant, newcomer, { roster: book.roster, signer: this.signer() })
    this.#note(grant)
    learn([{ member: credential }], newcomer)
    log.info({ peer: newcomer }, 'a newcomer was let in')
    return credential
  }

  /**
   * An admin answers a newcomer itself; anybody else asks an admin that is connected.
   *
   * @throws PeerworkError `NO_ADMIN`, `INVITATION_INVALID`, `BUSY`, and what an admin says
   */
  async receive(grant: Grant, newcomer: AgentId, company: Company): Promise<Verdict> {
    const addresses = company.addresses().slice(0, ADDRESSES_MAX)
    if (this.isAdmin()) return { credential: this.letIn(grant, newcomer), addresses }
    this.#mayBother(grant, newcomer)
    for (const admin of company.admins()) {
      try {
        return { credential: await company.exchange.redeem(admin, grant), addresses }
      } catch (error) {
        const known = toPeerworkError(error)
        if (known.code !== 'PEER_LOST' && known.code !== 'NO_ADMIN') throw known
      }
    }
    throw new PeerworkError('NO_ADMIN', 'this agent is no admin, and is connected to none')
  }

  /**
   * Whoever asks is a stranger, and admins count questions by who passes them on: nobody may use up
   * what this agent has to say itself.
   *
   * @throws PeerworkError `INVITATION_INVALID`, `NO_ADMIN`, `BUSY`
   */
  #mayBother(grant: Grant, newcomer: AgentId): void {
    const { network, clock, book } = this.#options
    const opened = openGrant(grant, { network, now: clock.now() })
    if (opened.redemption.body.member !== newcomer) {
      throw new PeerworkError('INVITATION_INVALID', 'the invitation was redeemed for another agent')
    }
    const { from } = opened.invitation.body
    const { roster } = book
    if (from !== roster.trust.owner && !roster.may(from, 'admin')) {
      throw new PeerworkError('NO_ADMIN', `this agent knows no admin ${from}, who signed it`)
    }
    if (this.#asked.take() !== undefined) return
    throw new PeerworkError('BUSY', 'too many newcomers', { retryAfterMs: 1_000 })
  }

  /**
   * What is wrong with invitations that were redeemed here: admins that are asked at the same
   * moment let in one each, and hear of each other's newcomer afterwards.
   */
  overused(): PeerworkError[] {
    const { roster } = this.#options.book
    return [...this.#redeemed.values()].flatMap(({ digest, uses }) => {
      const came = [...roster.cameBy(digest)].filter((id) => {
        const membership = roster.of(id)
        return membership !== undefined && roster.outOf(membership) === undefined
      })
      if (came.length <= uses) return []
      const text = `${came.length} came by an invitation for ${uses}: admins were asked at once`
      return [
        new PeerworkError('INVITATION_INVALID', text, {
          used: came.length,
          uses,
          members: came.join(' ').slice(0, 400)
        })
      ]
    })
  }

  #note(grant: Grant): void {
    const { network, clock } = this.#options
    const { invitation } = openGrant(grant, { network, now: clock.now() })
    const { body, digest } = invitation
    this.#redeemed.set(toHex(digest), { digest, uses: body.uses })
    const [oldest = ''] = this.#redeemed.keys()
    if (this.#redeemed.size > REDEEMED_MAX) this.#redeemed.delete(oldest)
  }

  /** Whom a grant names. @throws PeerworkError `INVITATION_INVALID` */
  #named(grant: Grant): AgentId {
    const { network, clock } = this.#options
    return openGrant(grant, { network, now: clock.now() }).redemption.body.member
  }
}
