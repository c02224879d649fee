/** The roster as a home has kept it. */

import { decode, encode } from '../../protocol/canonical.ts'
import { toPeerworkError } from '../../protocol/errors.ts'
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

/**
 * Everything that still holds; what does not is left out, and removed from the store.
 *
 * What was kept was checked when it came. A clock that is behind since then, as on machines that
 * wake up without one, must not make a revocation look like one that was never made.
 */
export function loadRoster(
  store: MemberStore,
  own: Pick<Own, 'network' | 'owner'> & Partial<Own>,
  now: () => number
): Roster {
  let aheadMs = 0
  const clock = (): number => now() + aheadMs
  const roster = new Roster({ network: own.network, owner: own.owner, now: clock })
  const learn = (record: MemberRecord): Learned => {
    try {
      for (;;) {
        try {
          return roster.learn(record)
        } catch (error) {
          aheadMs += behindOf(error)
        }
      }
    } finally {
      aheadMs = 0
    }
  }
  for (const { id, value } of store.records()) {
    try {
      const learned = learn(decodeRecord(value))
      if (!learned.news) store.change([], [id])
    } catch {
      // Too old, or damaged: whoever has it tells us again.
      store.change([], [id])
    }
  }
  if (own.credential !== undefined) learn({ member: own.credential })
  return roster
}

/** How far our clock is behind a signature, ms. @throws what was wrong, when it was not that */
function behindOf(error: unknown): number {
  const { code, facts } = toPeerworkError(error)
  const aheadMs = facts['aheadMs']
  if (code === 'CLOCK_SKEW' && typeof aheadMs === 'number' && aheadMs > 0) return aheadMs
  throw error
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

/**
 * The same for several, together with what this home shows from now on: after a crash there is all
 * of it or nothing.
 *
 * @throws PeerworkError what is wrong with any; nothing is written then
 */
export function adoptAndKeep(
  roster: Roster,
  store: MemberStore,
  { records, own }: { readonly records: readonly MemberRecord[]; readonly own: Own }
): void {
  const learned = records.map((record) => ({ record, learned: roster.learn(record) }))
  keep(store, learned, own)
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

function keep(store: MemberStore, news: readonly News[], own?: Own): void {
  const fresh = news.filter(({ learned }) => learned.news)
  if (fresh.length === 0 && own === undefined) return
  const gone = fresh.flatMap(({ learned }) => learned.gone)
  const added = fresh.map(({ record, learned }) => ({
    id: learned.id,
    value: encodeRecord(record)
  }))
  store.change(added, gone, own)
}
