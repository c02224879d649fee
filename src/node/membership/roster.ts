/**
 * The roster: everybody's certificates, who was put out and who changed its key, as far as this
 * agent has heard. Knows no network and no disk.
 */

import { toHex } from '../../protocol/canonical.ts'
import { INVITATION_LIFE_MS_MAX, RECORDS_MAX } from '../../protocol/constants.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import type { AgentId } from '../../protocol/identity.ts'
import { openCredential } from '../../protocol/membership/credential.ts'
import type { Credential, Membership, Trust } from '../../protocol/membership/credential.ts'
import type { MemberRecord } from '../../protocol/membership/exchange.ts'
import { openNotice } from '../../protocol/membership/revocation.ts'
import type { Notice, Revocation } from '../../protocol/membership/revocation.ts'
import type { Role } from '../../protocol/membership/role.ts'
import { PUT_OUT } from '../diagnosis/dial-error.ts'
import { Moves } from './moves.ts'
import { Revocations } from './revocations.ts'

/** Of all records, count: no admin that goes mad must leave no room for members. */
const REVOCATIONS_MAX = RECORDS_MAX / 4

export interface Entry {
  /** Digest of the certificate. */
  readonly id: Uint8Array
  readonly credential: Credential
  readonly membership: Membership
}

/** What learning a record has changed. */
export interface Learned {
  readonly id: Uint8Array
  /** False: known, or older than what is known. */
  readonly news: boolean
  /** Records that count no more. */
  readonly gone: readonly Uint8Array[]
  /** `member` is a certificate alone: nobody has to be told at once. */
  readonly kind: 'member' | 'out' | 'moved'
}

export interface RosterOptions {
  readonly network: string
  readonly owner: AgentId
  readonly now: () => number
}

export class Roster {
  readonly revocations: Revocations
  readonly moves = new Moves()
  readonly #options: RosterOptions
  readonly #entries = new Map<AgentId, Entry>()
  /** Hex digest of an invitation → who came by it. */
  readonly #cameBy = new Map<string, Set<AgentId>>()

  constructor(options: RosterOptions) {
    this.#options = options
    this.revocations = new Revocations(options.owner)
  }

  get trust(): Trust {
    const { network, owner, now } = this.#options
    return { network, owner, now: now() }
  }

  /**
   * Take in a record.
   *
   * @throws PeerworkError what is wrong with it; `BUSY` when there is no room
   */
  learn(record: MemberRecord): Learned {
    return 'out' in record ? this.#learnOut(record.out) : this.#learnMember(record.member)
  }

  /** By the id that is in the certificate. */
  get(id: AgentId): Entry | undefined {
    return this.#entries.get(id)
  }

  entries(): Iterable<Entry> {
    return this.#entries.values()
  }

  /** The newest certificate of whoever has this id now, be it made out to an old one. */
  of(id: AgentId): Membership | undefined {
    const own = this.#entries.get(id)?.membership
    if (own !== undefined) return own
    const move = this.moves.into(id)
    if (move === undefined) return undefined
    const before = this.of(move.before)
    return before === undefined ? undefined : { ...before, member: id }
  }

  /** What is wrong with a membership by now, if anything is. */
  fault(membership: Membership): PeerworkError | undefined {
    const { member, expires, issuers, certificate, succession } = membership
    const { now } = this.trust
    if (expires <= now) {
      const facts = { lateMs: now - expires }
      return new PeerworkError('MEMBERSHIP_EXPIRED', `expired ${now - expires} ms ago`, facts)
    }
    const out = this.outOf(membership)
    if (out !== undefined) return revoked(out)
    const gone = this.moves.away(member)
    if (gone !== undefined) return refused(`${member} has changed its key: it is ${gone.after} now`)
    const rival = this.moves.rivalOf(member)
    if (rival !== undefined) {
      return refused(`${rival} has changed its key to another: ${this.moves.current(rival)}`)
    }
    const known = succession && this.moves.away(succession.before)
    if (known !== undefined && known.after !== member) {
      return refused(`${known.before} has changed its key to another: ${known.after}`)
    }
    for (const { id, since } of issuers) {
      if (this.revocations.outOf(id, since, true) !== undefined) {
        return refused(`the admin that let it in was put out: ${id}`)
      }
      const moved = this.moves.away(id)
      if (moved !== undefined && moved.issued < certificate.body.issued) {
        return refused(`signed by ${id} after it had changed its key`)
      }
    }
    return undefined
  }

  /** Who put this member out, under whatever id it had then. */
  outOf({ member, certificate, since, roles }: Membership): Revocation | undefined {
    const ids = this.moves.kin(member).add(certificate.body.member)
    for (const id of ids) {
      const out = this.revocations.outOf(id, since, roles.includes('admin'))
      if (out !== undefined) return out
    }
    return undefined
  }

  /** Whether this id has the role now, as far as is known. */
  may(id: AgentId, role: Role): boolean {
    const membership = this.of(id)
    return (
      membership !== undefined &&
      membership.roles.includes(role) &&
      this.fault(membership) === undefined
    )
  }

  /** Everybody who came by this invitation, under the id it has now. */
  cameBy(invitation: Uint8Array): Set<AgentId> {
    const ids = this.#cameBy.get(toHex(invitation)) ?? []
    return new Set([...ids].map((id) => this.moves.current(id)))
  }

  /** Digests of all records. */
  ids(): Uint8Array[] {
    return this.#records().map(({ id }) => id)
  }

  /** The records that are not among these ids, revocations first. */
  without(ids: readonly Uint8Array[]): MemberRecord[] {
    const has = new Set(ids.map(toHex))
    return this.#records().flatMap(({ id, record }) => (has.has(toHex(id)) ? [] : [record]))
  }

  /** The records with these ids. */
  with(ids: readonly Uint8Array[]): MemberRecord[] {
    const wanted = new Set(ids.map(toHex))
    return this.#records().flatMap(({ id, record }) => (wanted.has(toHex(id)) ? [record] : []))
  }

  get size(): number {
    return this.revocations.size + this.moves.size + this.#entries.size
  }

  #records(): { id: Uint8Array; record: MemberRecord }[] {
    return [
      ...[...this.revocations.all()].map(({ id, notice }) => ({ id, record: { out: notice } })),
      ...[...this.moves.all()].map(({ id, credential }) => ({
        id,
        record: { member: credential }
      })),
      ...[...this.#entries.values()].map(({ id, credential }) => {
        return { id, record: { member: credential } }
      })
    ]
  }

  /** @throws PeerworkError `BUSY` when it is not kept: who signed it has said too much already */
  #learnOut(notice: Notice): Learned {
    const opened = openNotice(notice, this.trust)
    const { digest: id } = opened.revocation
    const { news, gone } = this.revocations.add(notice, opened)
    const full = this.revocations.size > REVOCATIONS_MAX
    const shed = full ? this.revocations.shed((member) => this.#isOver(member)) : undefined
    if (news && shed?.id === id) {
      const text = `${REVOCATIONS_MAX} revocations are kept, and its signer has most: one too many`
      throw new PeerworkError('BUSY', text, { revocationsMax: REVOCATIONS_MAX })
    }
    const lost = shed === undefined ? gone : [...gone, shed]
    return { id, news, gone: lost.map((kept) => kept.id), kind: 'out' }
  }

  /** Whether a member could not come back, was it put out or not: too late for any renewal. */
  #isOver(member: AgentId): boolean {
    const { now } = this.trust
    const known = this.#entries.get(member)?.membership
    if (known === undefined) return false
    const { issued, expires } = known
    return expires + (expires - issued) < now && issued + INVITATION_LIFE_MS_MAX < now
  }

  #learnMember(credential: Credential): Learned {
    const membership = openCredential(credential, { ...this.trust, evenExpired: true })
    const { succession, certificate } = membership
    const entry = this.#learnCertificate(credential, membership)
    if (succession === undefined) return entry
    if (!this.moves.away(succession.before)) this.#makeRoom()
    const news = this.moves.add(credential, succession)
    const gone = entry.news ? entry.gone : []
    if (!news) return { ...entry, id: certificate.digest, gone }
    return { id: succession.digest, news, gone, kind: 'moved' }
  }

  #learnCertificate(complete: Credential, shown: Membership): Learned {
    const { succession: _changes, ...credential } = complete
    const { certificate, expires } = shown
    const { member, invitation } = certificate.body
    const id = certificate.digest
    const known = this.#entries.get(member)
    const old = { id, news: false, gone: [], kind: 'member' } as const
    if (expires < this.trust.now - INVITATION_LIFE_MS_MAX) return old
    const { succession: _changed, ...rest } = shown
    const membership: Membership = { ...rest, member }
    if (known !== undefined && !this.#supersedes(membership, known.membership)) return old
    if (known === undefined) this.#makeRoom()
    this.#entries.set(member, { id, credential, membership })
    if (invitation !== undefined) {
      const key = toHex(invitation)
      this.#cameBy.set(key, (this.#cameBy.get(key) ?? new Set()).add(member))
    }
    return { ...old, news: true, gone: known === undefined ? [] : [known.id] }
  }

  /** Newer counts, unless only the older one still rests on admins that are. */
  #supersedes(fresh: Membership, known: Membership): boolean {
    const [mine, theirs] = [fresh.certificate.digest, known.certificate.digest].map(toHex)
    if (mine === theirs) return false
    const rests = ({ issuers }: Membership): boolean =>
      issuers.every(({ id, since }) => this.revocations.outOf(id, since, true) === undefined)
    if (rests(fresh) !== rests(known)) return rests(fresh)
    if (fresh.since !== known.since) return fresh.since > known.since
    if (fresh.issued !== known.issued) return fresh.issued > known.issued
    return (mine ?? '') > (theirs ?? '')
  }

  /**
   * The longest expired goes; certificates that hold never do.
   *
   * @throws PeerworkError `BUSY`
   */
  #makeRoom(): void {
    if (this.moves.size + this.#entries.size < RECORDS_MAX - REVOCATIONS_MAX) return
    const { now } = this.trust
    const expired = [...this.#entries]
      .filter(([, { membership }]) => membership.expires <= now)
      .toSorted(([, one], [, other]) => one.membership.expires - other.membership.expires)
    const [member] = expired[0] ?? []
    if (member === undefined) {
      const text = `the roster is full: ${RECORDS_MAX} records`
      throw new PeerworkError('BUSY', text, { recordsMax: RECORDS_MAX })
    }
    this.#entries.delete(member)
  }
}

const refused = (why: string): PeerworkError => new PeerworkError('NOT_A_MEMBER', why)

function revoked({ member, from, issued, reason }: Revocation): PeerworkError {
  const why = reason === undefined ? '' : `: ${reason}`
  const facts = { member, by: from, at: issued }
  return new PeerworkError('MEMBERSHIP_REVOKED', `${member} ${PUT_OUT} ${from}${why}`, facts)
}
