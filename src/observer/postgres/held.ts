/** Which numbers of which logs are held, what their producers say, and the sealed batches. */

import { PeerworkError } from '../../protocol/errors.ts'
import { fitText, newerCounters } from '../merge.ts'
import { BATCH_EVENTS_MAX } from '../sqlite/held.ts'
import { checkLimit } from '../sqlite/pages.ts'
import type { Counters, KeptBatch, Range } from '../store.ts'
import { lock } from './connect.ts'
import type { Db, Tx } from './connect.ts'
import { heardOf } from './log-rows.ts'
import type { LogRow } from './log-rows.ts'
import { logKey } from './places.ts'

/** Codes under which batches of one log were refused, count: there are some seventy codes. */
const REFUSED_CODES_MAX = 100

export async function noteCounters(db: Db, said: Counters): Promise<void> {
  const { by, boot, next, oldest, dropped, issued, gone, head } = said
  await db.begin(async (tx) => {
    const row = await ownRow(tx, { by, boot })
    const more = { ...(gone !== undefined && { gone }), ...(head !== undefined && { head }) }
    const told = { by, boot, next, oldest, dropped, issued, ...more }
    const kept = row.counters === null ? told : newerCounters(row.counters, told)
    if (kept !== row.counters) {
      await tx`UPDATE log SET counters = ${JSON.stringify(kept)}::text::jsonb
        WHERE key = ${row.key}`
      await heardOf(tx, [row.key])
    }
  })
}

export async function noteRefused(
  db: Db,
  log: { by: string; boot: string },
  code: string,
  count: number
): Promise<void> {
  await db.begin(async (tx) => {
    const { key, refused } = await ownRow(tx, log)
    const name = fitText(code)
    if (!(name in refused) && Object.keys(refused).length >= REFUSED_CODES_MAX) return
    const now = { ...refused, [name]: (refused[name] ?? 0) + count }
    await tx`UPDATE log SET refused = ${JSON.stringify(now)}::text::jsonb WHERE key = ${key}`
    await heardOf(tx, [key])
  })
}

async function ownRow(tx: Tx, { by, boot }: { by: string; boot: string }): Promise<LogRow> {
  const key = logKey({ by, boot })
  await lock(tx)
  await tx`INSERT INTO log (key, by, boot) VALUES (${key}, ${fitText(by)}, ${fitText(boot)})
    ON CONFLICT DO NOTHING`
  const [row] = await tx<LogRow[]>`SELECT * FROM log WHERE key = ${key}`
  if (row === undefined) throw new PeerworkError('STORE_FAILED', 'a row went away as it was made')
  return row
}

/** @throws PeerworkError `BAD_OPTION` */
export async function batchesIn(
  db: Db,
  log: { by: string; boot: string },
  { from, to }: Range,
  limit: number
): Promise<KeptBatch[]> {
  checkLimit(limit)
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) {
    throw new PeerworkError('BAD_OPTION', 'a range is two whole numbers')
  }
  const rows = await db<KeptBatch[]>`
    SELECT first, count, digest, issued, bytes FROM batch WHERE log = ${logKey(log)}
      AND first < ${to} AND first > ${from - BATCH_EVENTS_MAX} AND first + count > ${from}
    ORDER BY first, digest LIMIT ${limit}`
  return rows.map(({ first, count, digest, issued, bytes }) => ({
    ...{ by: log.by, boot: log.boot, first, count, digest, issued, bytes }
  }))
}
