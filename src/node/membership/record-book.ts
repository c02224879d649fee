/** The own certificate and the roster, in memory and on disk, changed together. */

import { sameBytes } from '../../protocol/canonical.ts'
import { toPeerworkError } from '../../protocol/errors.ts'
import type { AgentId } from '../../protocol/identity.ts'
import type { Membership } from '../../protocol/membership/credential.ts'
import type { MemberRecord } from '../../protocol/membership/exchange.ts'
import type { Logger } from '../logger.ts'
import { learnAll, loadRoster } from './load-roster.ts'
import type { News } from './load-roster.ts'
import type { Roster } from './roster.ts'
import type { MemberStore, Own } from './store.ts'

/** An agent of the same user, without a certificate, that its own agent vouches for. */
export type GuestOf = Pick<Own, 'network' | 'owner'>

export interface BookOptions {
  readonly self: AgentId
  readonly own: Own | GuestOf
  readonly store: MemberStore
  readonly now: () => number
  readonly log: Logger
}

export class RecordBook {
  readonly roster: Roster
  readonly #options: BookOptions
  #own: Own | undefined

  constructor(options: BookOptions) {
    const { own, store, now } = options
    this.#options = options
    this.#own = 'credential' in own ? own : undefined
    this.roster = loadRoster(store, own, now)
  }

  /** What we show; a guest has nothing. */
  get own(): Own | undefined {
    return this.#own
  }

  /** The own membership, as the roster has it. */
  get membership(): Membership | undefined {
    return this.#own === undefined ? undefined : this.roster.of(this.#options.self)
  }

  /** When everybody was seen last, ms since 1970. */
  get seen(): Map<AgentId, number> {
    return this.#options.store.seen()
  }

  /** What a peer says. What is wrong with it is passed over. @returns what was news */
  learn(records: readonly MemberRecord[], from: AgentId): News[] {
    const { log } = this.#options
    return this.#learn(records, (error) => {
      const { code, message: why } = toPeerworkError(error)
      if (code === 'STORE_FAILED') log.error({ why }, 'the roster cannot be written')
      else log.debug({ peer: from, why }, 'record not taken')
    })
  }

  /** What was signed by this agent, or given by its user. @throws PeerworkError what is wrong */
  take(record: MemberRecord): News[] {
    return this.#learn([record], (error) => {
      throw error
    })
  }

  noteSeen(members: readonly AgentId[]): void {
    if (members.length === 0) return
    const { store, now, log } = this.#options
    try {
      store.saw(members, now())
    } catch (error) {
      log.error({ why: toPeerworkError(error).message }, 'the roster cannot be written')
    }
  }

  close(): void {
    this.#options.store[Symbol.dispose]()
  }

  #learn(records: readonly MemberRecord[], wrong: (error: unknown) => void): News[] {
    const news = learnAll(this.roster, this.#options.store, { records, wrong })
    if (news.length > 0) this.#adoptNewer()
    return news
  }

  /** Somebody has renewed our certificate, or made it out to our new key. */
  #adoptNewer(): void {
    const own = this.#own
    const entry = this.roster.get(this.#options.self)
    if (own === undefined || entry === undefined) return
    if (sameBytes(entry.credential.certificate, own.credential.certificate)) return
    if (this.roster.fault(entry.membership) !== undefined) return
    this.#own = { ...own, credential: entry.credential }
    this.#keepOwn(this.#own)
    const { expires } = entry.membership
    this.#options.log.info({ expires }, 'the own certificate is renewed')
  }

  #keepOwn(own: Own): void {
    try {
      this.#options.store.setOwn(own)
    } catch (error) {
      const why = toPeerworkError(error).message
      this.#options.log.error({ why }, 'the own certificate cannot be written')
    }
  }
}
