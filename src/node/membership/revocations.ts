/** Who was put out, by whom, and whether that still counts. */

import { toHex } from '../../protocol/canonical.ts'
import type { AgentId } from '../../protocol/identity.ts'
import type { Issuer } from '../../protocol/membership/credential.ts'
import type { Notice, OpenedNotice, Revocation } from '../../protocol/membership/revocation.ts'

/** Revocations kept of one member, count: the owner's, and those of a few admins at once. */
const KEPT_MAX = 4

export interface KeptNotice {
  readonly id: Uint8Array
  readonly notice: Notice
  readonly body: Revocation
  readonly issuers: readonly Issuer[]
}

export class Revocations {
  readonly #owner: AgentId
  readonly #of = new Map<AgentId, KeptNotice[]>()

  constructor(owner: AgentId) {
    this.#owner = owner
  }

  get size(): number {
    return this.#of.values().reduce((sum, kept) => sum + kept.length, 0)
  }

  *all(): Generator<KeptNotice, void, void> {
    for (const kept of this.#of.values()) yield* kept
  }

  /**
   * @returns what it took the place of, itself where that is nothing new, and whether it is news
   */
  add(notice: Notice, opened: OpenedNotice): { news: boolean; gone: readonly KeptNotice[] } {
    const { body, digest } = opened.revocation
    const kept = this.#of.get(body.member) ?? []
    const same = kept.find(({ body: { from } }) => from === body.from)
    if (same !== undefined && !isNewer(body, digest, same)) return { news: false, gone: [] }
    const fresh = { id: digest, notice, body, issuers: opened.issuers }
    const all = [fresh, ...kept.filter((one) => one !== same)].toSorted((one, other) => {
      const owners = Number(other.body.from === this.#owner) - Number(one.body.from === this.#owner)
      return owners === 0 ? other.body.issued - one.body.issued : owners
    })
    const stay = all.slice(0, KEPT_MAX)
    this.#of.set(body.member, stay)
    const gone = [...kept.filter((one) => !stay.includes(one)), ...all.slice(KEPT_MAX)]
    return { news: stay.includes(fresh), gone: [...new Set(gone)].filter((one) => one !== fresh) }
  }

  /**
   * What puts out somebody who is a member since then, if anything does.
   *
   * @param isAdmin only the owner puts admins out
   */
  outOf(id: AgentId, since: number, isAdmin: boolean): Revocation | undefined {
    const counting = this.#of.get(id)?.find(({ body, issuers }) => {
      if (body.issued < since) return false
      if (body.from === this.#owner) return true
      return !isAdmin && issuers.every((issuer) => !this.#fellBefore(issuer, body.issued))
    })
    return counting?.body
  }

  /**
   * Give up one, because there are too many. First what is void, then what puts out nobody any
   * more. When all of them count, whoever has signed most gives up its newest: an admin that goes
   * mad takes back its own words, and nobody else comes back by it. The owner's go last.
   *
   * @param over whether this member could not come back anyway
   */
  shed(over: (member: AgentId) => boolean): KeptNotice | undefined {
    const all = [...this.all()]
    const signed = Map.groupBy(all, ({ body }) => body.from)
    const weight = ({ body, issuers }: KeptNotice): number => {
      if (issuers.some((issuer) => this.#fellBefore(issuer, body.issued))) return 0
      if (over(body.member)) return 1
      return body.from === this.#owner ? 3 : 2
    }
    const weighed = all.map((one) => {
      const count = signed.get(one.body.from)?.length ?? 0
      return { one, weight: weight(one), count }
    })
    const [least] = weighed.toSorted((some, other) => {
      const newest = other.one.body.issued - some.one.body.issued
      return some.weight - other.weight || other.count - some.count || newest
    })
    if (least === undefined) return undefined
    const { member } = least.one.body
    const rest = (this.#of.get(member) ?? []).filter((one) => one !== least.one)
    if (rest.length === 0) this.#of.delete(member)
    else this.#of.set(member, rest)
    return least.one
  }

  /** Newest word of all about somebody, ms since 1970; whoever lets it in again has to be later. */
  latest(id: AgentId): number | undefined {
    const times = this.#of.get(id)?.map(({ body }) => body.issued) ?? []
    return times.length === 0 ? undefined : Math.max(...times)
  }

  /** What an admin signs after it was put out is void, whatever came first here. */
  #fellBefore({ id, since }: Issuer, at: number): boolean {
    const out = this.outOf(id, since, true)
    return out !== undefined && out.issued <= at
  }
}

/**
 * Of two by the same signer the later counts; at the same moment, either, but the same everywhere.
 */
function isNewer(body: Revocation, digest: Uint8Array, than: KeptNotice): boolean {
  if (body.issued !== than.body.issued) return body.issued > than.body.issued
  return toHex(digest) > toHex(than.id)
}
