/**
 * How news travels: to everybody who has to know at once, and to the rest when they meet.
 *
 * A revocation or a change of key goes from whoever signed it to all it is connected to, and each
 * of them passes it on to a few. What gets lost is found when rosters are compared, on every
 * connection and once a minute. A certificate is shown by its member itself, so only admins, who
 * count uses, are told of it.
 */

import type { Connection } from '@libp2p/interface'
import type { AgentId } from '../../protocol/identity.ts'
import type { MemberRecord } from '../../protocol/membership/exchange.ts'
import type { Exchange } from './exchange.ts'
import type { News } from './load-roster.ts'

/** Peers that each passes news on to, count: six reach all of a thousand in five steps. */
const FANOUT = 6

export interface Spreader {
  readonly exchange: Exchange
  /** Members connected now, one connection each. */
  readonly connections: () => readonly Connection[]
  readonly isAdmin: (peer: AgentId) => boolean
  /** From 0 up to 1. */
  readonly chance: () => number
}

/** Pass on what `from` has told us. */
export function passOn(news: readonly News[], from: AgentId, by: Spreader): void {
  const urgent = news.filter(({ learned }) => learned.kind !== 'member')
  const others = by.connections().filter(({ remotePeer }) => remotePeer.toString() !== from)
  const few = shuffled(others, by.chance).slice(0, FANOUT)
  void tellAll(few, urgent.map(recordOf), by)
  // Whom the urgent part has reached already hears the rest too, if it is an admin.
  const certificates = news.filter(({ learned }) => learned.kind === 'member').map(recordOf)
  const admins = others.filter(({ remotePeer }) => by.isAdmin(remotePeer.toString()))
  void tellAll(shuffled(admins, by.chance).slice(0, FANOUT), certificates, by)
}

/** Tell these peers. @returns how many have heard it */
export async function tellAll(
  connections: readonly Connection[],
  records: readonly MemberRecord[],
  { exchange }: Spreader
): Promise<number> {
  if (records.length === 0) return 0
  const told = await Promise.allSettled(
    connections.map((connection) => exchange.push(connection, records))
  )
  return told.filter(({ status }) => status === 'fulfilled').length
}

const recordOf = ({ record }: News): MemberRecord => record

function shuffled<T>(list: readonly T[], chance: () => number): T[] {
  return list
    .map((value) => ({ value, place: chance() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ value }) => value)
}
