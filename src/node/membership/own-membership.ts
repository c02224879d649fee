/**
 * An agent's place in a network with an owner: its certificate, its roster, its gate, and the
 * company of other members.
 */

import type { Connection, Stream } from '@libp2p/interface'
import { PeerworkError, toPeerworkError } from '../../protocol/errors.ts'
import type { AgentId, Identity } from '../../protocol/identity.ts'
import type { Credential } from '../../protocol/membership/credential.ts'
import type { MemberRecord } from '../../protocol/membership/exchange.ts'
import { BOOT_BYTES } from '../../protocol/membership/handshake.ts'
import type { Verdict } from '../../protocol/membership/handshake.ts'
import { openGrant } from '../../protocol/membership/invitation.ts'
import type { Grant } from '../../protocol/membership/invitation.ts'
import type { Role } from '../../protocol/membership/role.ts'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { Company } from './company.ts'
import type { Wires } from './company.ts'
import { Gate } from './gate.ts'
import type { Signer } from './issue.ts'
import { Problems, twinsOf } from './problems.ts'
import { RecordBook } from './record-book.ts'
import type { GuestOf } from './record-book.ts'
import { redeem, renew } from './redeem.ts'
import { Renewal } from './renewal.ts'
import { Settling } from './settling.ts'
import type { MemberStore, Own } from './store.ts'

/** How often everybody who is connected is looked at again, ms: certificates end. */
const LOOK_MS = 15_000
/** Addresses of members that a newcomer is told, count. */
const ADDRESSES_MAX = 16

export interface OwnInit {
  readonly own: Own | GuestOf
  readonly store: MemberStore
  readonly identity: Identity
  readonly clock: Clock
  readonly log: Logger
  /** Life of the certificates that this agent signs as an admin, ms. */
  readonly lifeMs?: number | undefined
}

export class OwnMembership {
  readonly network: string
  readonly owner: AgentId
  readonly book: RecordBook
  readonly gate: Gate
  readonly problems: Problems
  readonly company: Company
  readonly #init: OwnInit
  readonly #renewal: Renewal
  readonly #settling: Settling
  readonly #seen = new Set<AgentId>()
  #timer: NodeJS.Timeout | undefined

  constructor(init: OwnInit) {
    const { own, store, identity, clock, log } = init
    this.#init = init
    this.network = own.network
    this.owner = own.owner
    this.book = new RecordBook({ self: identity.id, own, store, now: clock.now, log })
    this.problems = new Problems(clock.elapsed)
    this.gate = this.#makeGate(clock.random(BOOT_BYTES))
    this.company = this.#makeCompany()
    this.#renewal = this.#makeRenewal()
    this.#settling = new Settling({
      elapsed: clock.elapsed,
      hasOthers: (peer) => this.#hasOthers([peer, identity.id])
    })
  }

  get id(): AgentId {
    return this.#init.identity.id
  }

  get identity(): Identity {
    return this.#init.identity
  }

  get clock(): Clock {
    return this.#init.clock
  }

  /** Whether a peer that is, or was, connected has the role. */
  may(peer: AgentId, role: Role): boolean {
    return this.gate.may(peer, role)
  }

  /** Whether we have the role ourselves; a guest submits on its user's account. */
  mayWe(role: Role): boolean {
    const { membership, roster } = this.book
    if (membership === undefined) return role === 'submit'
    return membership.roles.includes(role) && roster.fault(membership) === undefined
  }

  /** What is wrong with our own membership, if anything is. */
  ownFault(): PeerworkError | undefined {
    const { membership, roster } = this.book
    return membership === undefined ? undefined : roster.fault(membership)
  }

  start(wires: Wires): void {
    this.company.start(wires)
    void this.#renewal.look()
    this.#timer = setInterval(() => this.look(), LOOK_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#renewal.stop()
    this.company.stop()
    this.#noteSeen()
    this.book.close()
  }

  /** A connection is open: nothing else is done with the peer until this resolves. */
  async opened(connection: Connection): Promise<void> {
    this.#seen.add(connection.remotePeer.toString())
    await this.company.opened(connection)
  }

  /** A stream of `/peerwork/member/1`. */
  async answer(stream: Stream, connection: Connection): Promise<void> {
    await this.company.answer(stream, connection)
  }

  /** What to wait for before a peer's sessions are dealt with; nothing, most of the time. */
  settled(peer: AgentId): Promise<void> | undefined {
    return this.#settling.before(peer)
  }

  /** Look at everybody who is connected: who is no member any more is cut off. */
  look(): void {
    for (const { remotePeer } of this.company.connections()) {
      const peer = remotePeer.toString()
      const fault = this.gate.fault(peer)
      if (fault === undefined) this.#seen.add(peer)
      else this.company.cut(peer, fault)
    }
    this.#noteSeen()
  }

  /**
   * What was signed here or elsewhere: keep it, tell everybody who is connected, and act on it.
   *
   * @returns how many were told
   * @throws PeerworkError what is wrong with it
   */
  async publish(record: MemberRecord): Promise<number> {
    this.book.take(record)
    const telling = this.company.tell(record)
    // Not before it has left: whoever is put out by it may as well hear why.
    setTimeout(() => this.look(), 0)
    return telling
  }

  /** @throws PeerworkError `NO_ADMIN` unless this agent is one */
  signer(): Signer {
    const { network, identity } = this
    const { clock, lifeMs } = this.#init
    const { own } = this.book
    if (own === undefined || !this.mayWe('admin')) {
      throw new PeerworkError('NO_ADMIN', 'this agent is no admin of the network')
    }
    const common = { identity, network, credential: own.credential, now: clock.now() }
    return lifeMs === undefined ? common : { ...common, lifeMs }
  }

  #makeGate(boot: Uint8Array): Gate {
    const { network } = this
    const { identity, clock } = this.#init
    return new Gate({
      ...{ self: identity.id, network, roster: this.book.roster, now: clock.now, boot },
      credential: () => this.book.own?.credential,
      redeem: (grant, newcomer) => this.#redeem(grant, newcomer),
      showed: (credential) => this.#learn([{ member: credential }], identity.id),
      alive: (peer) => this.company.isAlive(peer),
      twins: (peer) => this.problems.add(twinsOf(peer)),
      told: (peer, error) => this.#told(peer, error)
    })
  }

  #makeCompany(): Company {
    const { roster } = this.book
    const { clock, log } = this.#init
    return new Company({
      ...{ roster, clock, log, elapsed: clock.elapsed },
      learn: (records, from) => this.#learn(records, from),
      renew: (credential, peer) => {
        const fresh = renew(credential, peer, { roster, signer: this.signer() })
        this.#learn([{ member: fresh }], peer)
        return fresh
      },
      redeem: (grant) => this.#letIn(grant, this.#open(grant)),
      told: (peer, error) => this.#told(peer, error),
      isAdmin: (peer) => this.gate.may(peer, 'admin'),
      met: (peer) => {
        this.#settling.met(peer)
        if (this.gate.may(peer, 'admin')) void this.#renewal.look()
      }
    })
  }

  #makeRenewal(): Renewal {
    return new Renewal({
      now: this.#init.clock.now,
      own: () => {
        const { membership, own } = this.book
        return own && membership && { credential: own.credential, membership }
      },
      admins: () => this.company.admins(),
      ask: (admin, credential) => this.company.exchange.renew(admin, credential),
      adopt: (credential) => this.#adopt(credential),
      failed: (error) => {
        this.problems.add(error)
        this.#init.log.warn({ code: error.code, why: error.message }, 'certificate not renewed')
      }
    })
  }

  #adopt(credential: Credential): void {
    this.book.take({ member: credential })
    void this.company.tell({ member: credential })
  }

  /** An admin answers a newcomer itself; anybody else asks one that is connected. */
  async #redeem(grant: Grant, newcomer: AgentId): Promise<Verdict> {
    const addresses = this.company.addresses().slice(0, ADDRESSES_MAX)
    if (this.mayWe('admin')) return { credential: this.#letIn(grant, newcomer), addresses }
    this.#open(grant, newcomer)
    for (const admin of this.company.admins()) {
      try {
        return { credential: await this.company.exchange.redeem(admin, grant), addresses }
      } catch (error) {
        const known = toPeerworkError(error)
        if (known.code !== 'PEER_LOST' && known.code !== 'NO_ADMIN') throw known
      }
    }
    throw new PeerworkError('NO_ADMIN', 'this agent is no admin, and is connected to none')
  }

  /** @throws PeerworkError `INVITATION_INVALID` @returns whom it lets in */
  #open(grant: Grant, member?: AgentId): AgentId {
    const { network } = this
    const now = this.#init.clock.now()
    return openGrant(grant, { network, now, ...(member === undefined ? {} : { member }) })
      .redemption.body.member
  }

  #letIn(grant: Grant, newcomer: AgentId): Credential {
    const { roster } = this.book
    const credential = redeem(grant, newcomer, { roster, signer: this.signer() })
    this.#learn([{ member: credential }], newcomer)
    this.#init.log.info({ peer: newcomer }, 'a newcomer was let in')
    return credential
  }

  #learn(records: readonly MemberRecord[], from: AgentId): void {
    const news = this.book.learn(records, from)
    if (news.length === 0) return
    this.company.passOn(news, from)
    if (news.some(({ learned }) => learned.kind !== 'member')) this.look()
  }

  #told(peer: AgentId, error: PeerworkError): void {
    const { log } = this.#init
    log.warn({ peer, code: error.code, why: error.message }, 'a member has something against us')
    this.problems.add(new PeerworkError(error.code, error.message, { ...error.facts, peer }))
  }

  #hasOthers(ids: readonly AgentId[]): boolean {
    const { roster } = this.book
    for (const { membership } of roster.entries()) {
      if (ids.includes(roster.moves.current(membership.member))) continue
      if (roster.fault(membership) === undefined) return true
    }
    return false
  }

  #noteSeen(): void {
    this.book.noteSeen([...this.#seen])
    this.#seen.clear()
  }
}
