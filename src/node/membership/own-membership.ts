/**
 * An agent's place in a network with an owner: its certificate, its roster, its gate, and the
 * company of other members.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection, Stream } from '@libp2p/interface'
import { PeerworkError } from '../../protocol/errors.ts'
import type { AgentId, Identity } from '../../protocol/identity.ts'
import type { Credential } from '../../protocol/membership/credential.ts'
import type { MemberRecord } from '../../protocol/membership/exchange.ts'
import { BOOT_BYTES } from '../../protocol/membership/handshake.ts'
import type { Role } from '../../protocol/membership/role.ts'
import type { Clock } from '../clock.ts'
import type { Door } from '../host.ts'
import type { Logger } from '../logger.ts'
import { AdminWork } from './admin-work.ts'
import { Company } from './company.ts'
import type { Wires } from './company.ts'
import { membersOnly } from './encrypter.ts'
import { Gate } from './gate.ts'
import { Problems, twinsOf } from './problems.ts'
import { RecordBook } from './record-book.ts'
import type { GuestOf } from './record-book.ts'
import { Renewal } from './renewal.ts'
import { Settling } from './settling.ts'
import type { MemberStore, Own } from './store.ts'

/** How often everybody who is connected is looked at again, ms: certificates end. */
const LOOK_MS = 15_000
/** How long the one that is put out may take to hear of it before it is cut off, ms. */
const TELL_MS_MAX = 500

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
  readonly work: AdminWork
  readonly #init: OwnInit
  readonly #renewal: Renewal
  readonly #settling: Settling
  readonly #seen = new Set<AgentId>()
  #timer: NodeJS.Timeout | undefined

  constructor(init: OwnInit) {
    const { own, store, identity, clock, log, lifeMs } = init
    this.#init = init
    this.network = own.network
    this.owner = own.owner
    this.book = new RecordBook({ self: identity.id, own, store, now: clock.now, log })
    this.work = new AdminWork({
      ...{ network: own.network, identity, book: this.book, clock, log, lifeMs },
      learn: (records, from) => this.#learn(records, from)
    })
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

  /** What the host needs to let in members, and nobody else. */
  get door(): Door {
    const { gate } = this
    return {
      guard: (make) => membersOnly(make, gate),
      fault: (peer) => gate.fault(peer),
      behind: (addresses) => gate.behind(addresses)
    }
  }

  /** Whether a peer that is, or was, connected has the role. */
  may(peer: AgentId, role: Role): boolean {
    return this.gate.may(peer, role)
  }

  /** Whether we have the role ourselves; a guest submits on its user's account. */
  mayWe(role: Role): boolean {
    const { own, membership, roster } = this.book
    if (own === undefined) return role === 'submit'
    if (membership === undefined) return false
    return membership.roles.includes(role) && roster.fault(membership) === undefined
  }

  /** What is wrong with our own membership, if anything is. */
  ownFault(): PeerworkError | undefined {
    const { own, membership, roster } = this.book
    if (membership !== undefined) return roster.fault(membership)
    if (own === undefined) return undefined
    return new PeerworkError('MEMBERSHIP_EXPIRED', 'the certificate of this home does not hold')
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
    this.noteSeen()
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

  /** Write down who was seen since the last time; seconds ago, at most. */
  noteSeen(): void {
    this.book.noteSeen([...this.#seen])
    this.#seen.clear()
  }

  /** Look at everybody who is connected: who is no member any more is cut off. */
  look(): void {
    for (const { remotePeer } of this.company.connections()) {
      const peer = remotePeer.toString()
      const fault = this.gate.fault(peer)
      if (fault === undefined) this.#seen.add(peer)
      else this.company.cut(peer, fault)
    }
    this.noteSeen()
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
    // Whoever is put out by it may as well hear why; but not at leisure.
    await Promise.race([telling, sleep(TELL_MS_MAX, undefined, { ref: false })])
    this.look()
    return telling
  }

  #makeGate(boot: Uint8Array): Gate {
    const { network } = this
    const { identity, clock } = this.#init
    return new Gate({
      ...{ self: identity.id, network, roster: this.book.roster, now: clock.now, boot },
      credential: () => this.book.own?.credential,
      redeem: (grant, newcomer) => this.work.receive(grant, newcomer, this.company),
      renewLate: (credential, peer) => this.work.renewLate(credential, peer),
      showed: (credential) => this.#learn([{ member: credential }], identity.id),
      alive: (peer) => this.company.isAlive(peer),
      twins: (peer) => this.#twins(peer),
      told: (peer, error) => this.#told(peer, error),
      weRefused: (peer, error) => this.company.refused(peer, error)
    })
  }

  #twins(peer: AgentId): void {
    this.problems.add(twinsOf(peer))
    if (peer === this.id) this.company.copied()
  }

  #makeCompany(): Company {
    const { roster } = this.book
    const { clock, log } = this.#init
    return new Company({
      ...{ roster, clock, log, elapsed: clock.elapsed },
      learn: (records, from) => this.#learn(records, from),
      renew: (credential, peer) => this.work.renew(credential, peer),
      redeem: (grant) => this.work.letIn(grant),
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

  #learn(records: readonly MemberRecord[], from: AgentId): void {
    const news = this.book.learn(records, from)
    if (news.length === 0) return
    const urgent = news.filter(({ learned }) => learned.kind !== 'member')
    if (urgent.length > 0) this.look()
    // Certificates show themselves; only admins, who count uses, tell each other of them.
    this.company.passOn(this.work.isAdmin() ? news : urgent, from)
  }

  #told(peer: AgentId, error: PeerworkError): void {
    const { log } = this.#init
    const { code, message: why } = error
    if (!this.#knows(peer)) {
      log.debug({ peer, code, why }, 'a stranger refuses us')
      return
    }
    const problem = new PeerworkError(code, why, { ...error.facts, peer })
    if (this.problems.add(problem)) log.warn({ peer, code, why }, 'a member refuses us')
    if (error.code === 'DUPLICATE_ID') this.company.copied()
  }

  /** Anybody can be dialled, and say that we were put out: only who may know better counts. */
  #knows(peer: AgentId): boolean {
    const { own, membership, roster } = this.book
    if (own === undefined || roster.of(peer) !== undefined || membership?.by === peer) return true
    return own.addresses.some((address) => address.endsWith(`/p2p/${peer}`))
  }

  #hasOthers(ids: readonly AgentId[]): boolean {
    const { roster } = this.book
    for (const { membership } of roster.entries()) {
      if (ids.includes(roster.moves.current(membership.member))) continue
      if (roster.fault(membership) === undefined) return true
    }
    return false
  }
}
