/** Which sequence numbers of a log are held, and which of them came with two digests. */

import type { Holding, Ingested, KeptBatch, Range } from '../store.ts'
import type { Database, Row } from './database.ts'
import { bytesOf, hexOf } from './span-row.ts'

export interface HeldBatch {
  readonly first: number
  readonly count: number
  readonly digest: Uint8Array
  /** The day file that has its bytes, and where there. */
  readonly day: number
  readonly seq: number
}

const OVERLAPPING = 'SELECT low, high FROM held WHERE log = ? AND low <= ? AND high >= ?'
const NEXT_TO = `${OVERLAPPING} ORDER BY low`

/**
 * What a batch is to what is held. Whoever seals numbers once never seals them again in other
 * bytes, so another digest for any of them is a fork.
 */
export function judge(db: Database, log: number | undefined, batch: KeptBatch): Ingested {
  if (log === undefined) return 'new'
  const { first, count } = batch
  const digest = bytesOf(batch.digest)
  const row = db.get(
    'SELECT 1 FROM batch WHERE log = ? AND first = ? AND digest = ?',
    log,
    first,
    digest
  )
  if (row !== undefined) return 'known'
  // Ranges that touch are joined, so touching alone is no overlap.
  const ranges = db.all(OVERLAPPING, log, first + count - 1, first + 1)
  if (ranges.length === 0) return 'new'
  if (overlapping(db, log, batch).length > 0) return 'forked'
  const [low, high] = [Number(ranges[0]?.[0]), Number(ranges[0]?.[1])]
  // Retention took the bytes: it was held once, and no more can be said.
  return low <= first && high >= first + count ? 'known' : 'new'
}

/** Events that one batch may have, count: 64 KiB hold no more than this. */
export const BATCH_EVENTS_MAX = 65_536

function overlapping(db: Database, log: number, batch: Pick<HeldBatch, 'first' | 'count'>) {
  const { first, count } = batch
  return db.all(
    `SELECT first, digest FROM batch
     WHERE log = ? AND first < ? AND first > ? AND first + count > ?`,
    ...([log, first + count, first - BATCH_EVENTS_MAX, first] as const)
  )
}

/** Inside a transaction of the control file. */
export function noteHeld(db: Database, log: number, batch: HeldBatch): void {
  const { first, count, digest, day, seq } = batch
  const moved = 'UPDATE batch SET day = ?, seq = ? WHERE log = ? AND first = ? AND digest = ?'
  const known = db.statement(moved).run(day, seq, log, first, digest)
  if (Number(known.changes) > 0) return
  for (const [other, told] of overlapping(db, log, batch)) {
    if (hexOf(told) === hexOf(digest)) continue
    const at = Math.max(Number(other), first)
    const sql = 'INSERT OR IGNORE INTO fork (log, first, digest) VALUES (?, ?, ?), (?, ?, ?)'
    db.run(sql, log, at, digest, log, at, told as Uint8Array)
  }
  const put = 'INSERT INTO batch (log, first, digest, count, day, seq) VALUES (?,?,?,?,?,?)'
  db.run(put, log, first, digest, count, day, seq)
  const last = db.get('SELECT max(high) FROM held WHERE log = ?', log)?.[0] ?? null
  if (last !== null && Number(last) > first + count) {
    db.run('UPDATE log SET late = late + ? WHERE id = ?', count, log)
  }
  join(db, log, { from: first, to: first + count })
}

function join(db: Database, log: number, { from, to }: Range): void {
  const ranges = db.all(NEXT_TO, log, to, from)
  const low = Math.min(from, ...ranges.map(([value]) => Number(value)))
  const high = Math.max(to, ...ranges.map(([, value]) => Number(value)))
  for (const [value] of ranges)
    db.run('DELETE FROM held WHERE log = ? AND low = ?', log, Number(value))
  db.run('INSERT INTO held (log, low, high) VALUES (?, ?, ?)', log, low, high)
}

const LOGS = 'SELECT id, by, boot, counters, duplicates, late, refused FROM log'

/** Of the logs that `where` names; in one go, however many they are. */
export function holdingsIn(db: Database, where = 'true'): Map<number, Holding> {
  const held = Map.groupBy(db.all(`SELECT log, low, high FROM held ${of(where)}, low`), logIn)
  const forks = Map.groupBy(db.all(`SELECT log, first, digest FROM fork ${of(where)}, 2, 3`), logIn)
  const rows = db.all(`${LOGS} WHERE ${where} ORDER BY by, boot`)
  return new Map(
    rows.map(([id, by, boot, counters, duplicates, late, refused]) => [
      Number(id),
      {
        ...{ by: String(by), boot: String(boot) },
        ...(counters === null ? {} : { counters: JSON.parse(String(counters)) as never }),
        held: rangesOf(held.get(Number(id)) ?? []),
        ...{ duplicates: Number(duplicates), late: Number(late) },
        refused: JSON.parse(String(refused)) as Record<string, number>,
        forks: forksOf(forks.get(Number(id)) ?? [])
      }
    ])
  )
}

const of = (where: string): string =>
  `WHERE log IN (SELECT id FROM log WHERE ${where}) ORDER BY log`
const logIn = ([log]: Row): number => Number(log)

const rangesOf = (rows: readonly Row[]): Range[] =>
  rows.map(([, low, high]) => ({ from: Number(low), to: Number(high) }))

function forksOf(rows: readonly Row[]): Holding['forks'] {
  const forks = new Map<number, string[]>()
  for (const [, first, digest] of rows) {
    forks.set(Number(first), [...(forks.get(Number(first)) ?? []), hexOf(digest)])
  }
  return [...forks].map(([first, digests]) => ({ first, digests }))
}
