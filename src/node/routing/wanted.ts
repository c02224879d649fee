/** What a task asks of the peer that gets it, and which peers cannot be that one. */

import { digest } from '../../protocol/canonical.ts'
import type { Hop } from '../../protocol/message/task.ts'
import type { SkillOffer } from '../../tasks/work.ts'
import type { SubmitOptions } from '../api.ts'
import { closesLoop, loopError } from '../loop.ts'
import type { KnownPeer, Peers } from '../peers.ts'

export type Trust = NonNullable<SubmitOptions['trust']>

export interface Wanted {
  readonly skill: string
  readonly to?: string | undefined
  /** `listed`: only a peer on the allow list gets it. */
  readonly trust: Trust
  /** Any of these has to be behind the skill. */
  readonly models?: readonly string[] | undefined
  /** All of these. */
  readonly tags?: readonly string[] | undefined
  /** What it may cost, and the tokens it may take; both in the budget. */
  readonly budget?: { readonly cost?: number | undefined; readonly tokens?: number | undefined }
  /** The tasks above this one, whose executors must not get the same work again. */
  readonly path?: readonly Hop[] | undefined
  readonly input?: Uint8Array
  /** Peers that had their turn. */
  readonly tried?: ReadonlySet<string> | undefined
}

/** Tokens of a task that does not say how many it may take, for comparing prices. */
const TOKENS = 1_000

/** What the task costs at this price, in the operator's unit; 0 without a price. */
export function costOf({ price }: Pick<SkillOffer, 'price'>, { budget }: Wanted): number {
  if (price === undefined) return 0
  const { perThousandTokens = 0, perTask = 0 } = price
  const cost = perTask + (perThousandTokens * (budget?.tokens ?? TOKENS)) / 1_000
  // Of two finite numbers the sum may be none, and nothing compares with that.
  return Math.min(Number.MAX_VALUE, cost)
}

export const offerOf = (peer: KnownPeer, skill: string): SkillOffer | undefined =>
  peer.skills.find(({ name }) => name === skill)

/** Why this peer cannot get the task, in a few words; undefined when it can. */
export function misfit(wanted: Wanted, peer: KnownPeer, around: Around): string | undefined {
  const { skill, trust, tried, path } = wanted
  const offer = offerOf(peer, skill)
  if (offer === undefined) return `does not offer "${skill}"`
  if (trust === 'listed' && !around.peers.lists(peer.id)) return 'is not on the allow list'
  if (tried?.has(peer.id) === true) return 'had its turn'
  return lacking(wanted, offer) ?? (path === undefined ? undefined : circling(wanted, peer, around))
}

export interface Around {
  readonly self: string
  readonly peers: Pick<Peers, 'lists'>
}

function lacking(wanted: Wanted, offer: SkillOffer): string | undefined {
  const { models = [], tags = [], budget } = wanted
  if (models.length > 0 && !models.some((model) => offer.models.includes(model))) {
    return `has no model ${models.join(' or ')}`
  }
  const missing = tags.find((tag) => !offer.tags.includes(tag))
  if (missing !== undefined) return `has no tag ${missing}`
  const most = budget?.cost
  if (most === undefined || offer.price === undefined) return undefined
  const cost = costOf(offer, wanted)
  return cost > most ? `asks ${cost}, and ${most} is to be spent` : undefined
}

function circling(wanted: Wanted, peer: KnownPeer, { self }: Around): string | undefined {
  const asked = hopOf(wanted, self)
  const circle = asked !== undefined && closesLoop(wanted.path ?? [], asked, peer.id)
  return circle ? 'works on the same task further up' : undefined
}

/** The error when the only peers there are would close a circle. */
export function circleError(wanted: Wanted, peer: KnownPeer, around: Around) {
  const asked = hopOf(wanted, around.self)
  if (asked === undefined || circling(wanted, peer, around) === undefined) return undefined
  return loopError(wanted.path ?? [], asked, peer.id)
}

/** This task as the next step of its path; undefined when it has none. */
function hopOf({ path, skill, input }: Wanted, from: string): Hop | undefined {
  if (path === undefined || input === undefined) return undefined
  return { from, skill, input: digest(input) }
}
