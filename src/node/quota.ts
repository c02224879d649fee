/** How much one peer may ask of this agent: what an operator says, and the complete numbers. */

import { PeerworkError } from '../protocol/errors.ts'
import { isAgentId } from '../protocol/identity.ts'
import { isRole } from '../protocol/membership/role.ts'
import type { Role } from '../protocol/membership/role.ts'

export interface Quota {
  /** Tasks a second in the long run. */
  readonly perSecond: number
  /** Tasks at once after a rest, count. */
  readonly burst: number
  /** Tasks that run or wait at a time, count. */
  readonly inFlight: number
  /** Inputs held at a time, bytes: of tasks that arrive, wait or run. */
  readonly bytes: number
  /** Of the service when others wait too: with 2 a peer gets twice as much as with 1. */
  readonly share: number
}

/** What is left out is as the preset has it; a rate without a burst lets two seconds' worth in. */
export interface QuotasInit extends Partial<Quota> {
  /** For single peers, by id: comes before what their roles say. */
  readonly peers?: Readonly<Record<string, Partial<Quota>>>
  /** For members with a role; of several roles, the one that gives most of each counts. */
  readonly roles?: Readonly<Partial<Record<Role, Partial<Quota>>>>
}

export interface QuotaOptions {
  readonly all: Quota
  readonly peers: ReadonlyMap<string, Partial<Quota>>
  readonly roles: ReadonlyMap<Role, Partial<Quota>>
}

/** What each number may be. */
const RANGES = {
  perSecond: { least: 0.001, most: Number.MAX_SAFE_INTEGER },
  burst: { least: 1, most: Number.MAX_SAFE_INTEGER },
  inFlight: { least: 1, most: Number.MAX_SAFE_INTEGER },
  bytes: { least: 0, most: Number.MAX_SAFE_INTEGER },
  share: { least: 0.01, most: 100 }
} as const satisfies Record<keyof Quota, { readonly least: number; readonly most: number }>

/** A rate alone lets so many seconds' worth in at once. */
const BURST_SECONDS = 2

/** @throws PeerworkError `BAD_OPTION` that begins with `quotas` */
export function toQuotas(init: QuotasInit, preset: Quota): QuotaOptions {
  const { peers = {}, roles = {}, ...all } = init
  const byPeer = Object.entries(peers).map(([peer, quota]) => {
    if (!isAgentId(peer)) throw bad(`"${peer}" is no peer id`)
    return [peer, checked(quota)] as const
  })
  const byRole = Object.entries(roles).map(([role, quota]) => {
    if (!isRole(role)) throw bad(`"${role}" is no role`)
    return [role, checked(quota)] as const
  })
  return { all: { ...preset, ...checked(all) }, peers: new Map(byPeer), roles: new Map(byRole) }
}

/** What counts for a peer with these roles. */
export function quotaOf(options: QuotaOptions, peer: string, has: (role: Role) => boolean): Quota {
  let most: Partial<Quota> = {}
  for (const [role, quota] of options.roles) if (has(role)) most = larger(most, quota)
  return { ...options.all, ...most, ...options.peers.get(peer) }
}

/** Whatever of two quotas is larger, each number by itself. */
function larger(one: Partial<Quota>, other: Partial<Quota>): Partial<Quota> {
  const both = { ...one, ...other }
  const names = Object.keys(both) as (keyof Quota)[]
  const pairs = names.map((name) => [name, Math.max(one[name] ?? 0, other[name] ?? 0)] as const)
  return Object.fromEntries(pairs)
}

function checked(quota: Partial<Quota>): Partial<Quota> {
  for (const [name, value] of Object.entries(quota) as [keyof Quota, unknown][]) {
    const range = (RANGES as Partial<typeof RANGES>)[name]
    if (range === undefined) throw bad(`there is no limit named "${name}"`)
    const { least, most } = range
    if (typeof value !== 'number' || !(value >= least && value <= most)) {
      throw bad(`${name}: ${String(value)} is no number from ${least} to ${most}`)
    }
  }
  const { perSecond, burst } = quota
  if (perSecond === undefined || burst !== undefined) return quota
  return { ...quota, burst: Math.max(1, Math.ceil(BURST_SECONDS * perSecond)) }
}

const bad = (message: string): PeerworkError =>
  new PeerworkError('BAD_OPTION', `quotas: ${message}`)
