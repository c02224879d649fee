/** Somebody who may be there: where to knock, and how often that was done. */

import type { Peer } from './api.ts'

/** Addresses kept of one candidate, count. */
const ADDRESSES_MAX = 8

export type Via = Peer['via']

export interface Candidate {
  /** Peer id, or the address itself while the id is not known. */
  readonly key: string
  id: string | undefined
  addresses: readonly string[]
  via: Via
  /** Who named it, when it is hearsay. */
  readonly informant: string | undefined
  attempts: number
  dialing: boolean
  /** When the newest dial began, by the monotonic clock. */
  began: number
  /** When its turn to dial comes, by the monotonic clock; it has been paid for. */
  due: number | undefined
  timer: NodeJS.Timeout | undefined
  lastError: string | undefined
  /** Not connected since then, ms since 1970; means nothing while it is. */
  apart: number
}

/**
 * Anybody can claim any id, so news never takes the place of what came first or has worked, and
 * hearsay of nothing at all.
 */
export function merged(known: readonly string[], news: readonly string[], via: Via): string[] {
  const [first, ...rest] = known
  const head = first === undefined ? [] : [first]
  const all = via === 'peer' ? [...known, ...news] : [...head, ...news, ...rest]
  return [...new Set(all)].slice(0, ADDRESSES_MAX)
}

/** One more address of a link that is kept up: the newest first, those before it still count. */
export function alsoAt(known: readonly string[], address: string): string[] {
  return [...new Set([address, ...known])].slice(0, ADDRESSES_MAX)
}

/**
 * In which order attempt `n`, from 0, goes through the addresses: one that swallows everything must
 * not hide the others, so every second attempt begins elsewhere, and the rest at the front.
 */
export function rotated(addresses: readonly string[], n: number): string[] {
  const at = n % 2 === 0 ? 0 : ((n + 1) / 2) % addresses.length
  return [...addresses.slice(at), ...addresses.slice(0, at)]
}
