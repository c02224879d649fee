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
export function loadRoster(store: MemberStore, own: Own, now: () => number): Roster {
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
  roster.learn({ member: own.credential })
  return roster
}

/**
 * Learn a record and keep it. Written before it is told to anybody.
 *
 * @throws PeerworkError what is wrong with it
 */
export function learnAndKeep(roster: Roster, store: MemberStore, record: MemberRecord): Learned {
  const learned = roster.learn(record)
  if (learned.news) {
    store.change([{ id: learned.id, value: encodeRecord(record) }], learned.gone)
  }
  return learned
}
