/** A share: one link that shows one trace to whoever has it, until it ends. */

/**
 * What others see. `shape`: no word of anybody, agents are letters. `names`: what agents and steps
 * are called, when, how it ended, tokens and cost. `full-metadata`: errors, models and listed
 * attributes too. None ever shows contents.
 */
export const PROFILES = ['shape', 'names', 'full-metadata'] as const
export type Profile = (typeof PROFILES)[number]
export const PROFILE_DEFAULT: Profile = 'names'

const HOUR_MS = 60 * 60_000
/** How long a link lives unless it is said, and at most, hours: a week, and a quarter of a year. */
export const HOURS_DEFAULT = 7 * 24
export const HOURS_MAX = 90 * 24
/** Views that can be set as the most, count: more is as good as no limit. */
export const VIEWS_MAX = 1_000_000

export const SHARE_STATES = ['open', 'expired', 'revoked', 'used-up'] as const

export interface ShareInfo {
  /** For lists and for taking it back; it opens nothing. */
  readonly id: string
  readonly trace: string
  readonly profile: Profile
  readonly by: string
  /** ms since 1970, like all times here. */
  readonly created: number
  readonly expires: number
  readonly revoked: number | null
  readonly maxViews: number | null
  readonly views: number
  /** The last view. */
  readonly seen: number | null
  readonly state: (typeof SHARE_STATES)[number]
}

export interface NewShare {
  readonly trace: string
  readonly profile?: Profile
  /** Until it ends, from now. */
  readonly hours?: number
  readonly maxViews?: number
}

export const endOf = (now: number, hours = HOURS_DEFAULT): number => now + hours * HOUR_MS
