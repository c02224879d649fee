/** The roster as a home has kept it. */

import { decode, encode } from '../../protocol/canonical.ts'
import { memberRecord } from '../../protocol/membership/exchange.ts'
import type { MemberRecord } from '../../protocol/membership/exchange.ts'
import * as shape from '../../protocol/shape.ts'
import { Roster } from './roster.ts'
import type { Learned } from './roster.ts'
import type { MemberStore, Own } from './store.ts'

const readRecord = shape.reader('record of a member', memberRecord)

/** A record as text or bytes from elsewhere. @throws PeerworkError `MALFORMED` */
export const decodeRecord = (bytes: Uint8Array): MemberRecord => readRecord(decode(bytes))
export const encodeRecord = (record: MemberRecord): Uint8Array => encode(record)

/** Everything that still holds; what does not is left out, and removed from the store. */
export function loadRoster(
  store: MemberStore,
  own: Pick<Own, 'network' | 'owner'> & Partial<Own>,
  now: () => number
): Roster {
  const roster = new Roster({ network: own.network, owner: own.owner, now })
  for (const { id, value } of store.records()) {
    try {
      const learned = roster.learn(decodeRecord(value))
      if (!learned.news) store.change([], [id])
    } catch {
      // Too old, or of a clock that ran ahead: whoever has it tells us again.
      store.change([], [id])
    }
  }
  if (own.credential !== undefined) roster.learn({ member: own.credential })
  return roster
}

/**
 * Learn a record and keep it. Written before it is told to anybody.
 *
 * @throws PeerworkError what is wrong with it
 */
export function learnAndKeep(roster: Roster, store: MemberStore, record: MemberRecord): Learned {
  const learned = roster.learn(record)
  keep(store, [{ record, learned }])
  return learned
}

/** A record that was news. */
export interface News {
  readonly record: MemberRecord
  readonly learned: Learned
}

/**
 * Learn what a peer says, and keep it in one write. What is wrong is told and passed over; so is a
 * disk that takes nothing, because whoever is put out is put out all the same.
 *
 * @returns what was news
 */
export function learnAll(
  roster: Roster,
  store: MemberStore,
  said: { readonly records: readonly MemberRecord[]; readonly wrong: (error: unknown) => void }
): News[] {
  const news: News[] = []
  for (const record of said.records) {
    try {
      const learned = roster.learn(record)
      if (learned.news) news.push({ record, learned })
    } catch (error) {
      said.wrong(error)
    }
  }
  try {
    keep(store, news)
  } catch (error) {
    said.wrong(error)
  }
  return news
}

function keep(store: MemberStore, news: readonly News[]): void {
  const fresh = news.filter(({ learned }) => learned.news)
  if (fresh.length === 0) return
  const gone = fresh.flatMap(({ learned }) => learned.gone)
  const added = fresh.map(({ record, learned }) => ({
    id: learned.id,
    value: encodeRecord(record)
  }))
  store.change(added, gone)
}
