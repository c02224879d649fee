/** Which starts of producers are told, and which are past: see `past.ts`. */

import { pastHolding, pastOf, sumsOf } from '../past.ts'
import type { PastStart } from '../past.ts'
import type { Counters, Holding } from '../store.ts'
import type { Db, Tx } from './connect.ts'
import { put } from './put.ts'

export interface LogRow {
  readonly key: string
  readonly by: string
  readonly boot: string
  readonly counters: Counters | null
  readonly duplicates: number
  readonly late: number
  readonly refused: Readonly<Record<string, number>>
}

const PAST = { into: 'past', shape: 'log text, by text, adds text', otherwise: 'DO NOTHING' }
const LIVING = 'NOT EXISTS (SELECT 1 FROM past WHERE past.log = log.key)'
/** Nothing of them is left but what they were. */
const EMPTY = `${LIVING} AND NOT EXISTS (SELECT 1 FROM batch WHERE batch.log = log.key)`
const ONE_VIEW = 'ISOLATION LEVEL REPEATABLE READ READ ONLY'

export async function toldIn(db: Db): Promise<Holding[]> {
  const [living, rows] = await db.begin(ONE_VIEW, (tx) =>
    Promise.all([
      logsIn(tx, LIVING),
      tx<{ by: string; adds: string }[]>`SELECT by, adds FROM past ORDER BY by COLLATE "C"`
    ])
  )
  const past = [...Map.groupBy(rows, ({ by }) => by)].map(([by, starts]) => {
    return pastHolding(
      by,
      starts.map(({ adds }) => JSON.parse(adds) as PastStart)
    )
  })
  return [...living.values(), ...past]
}

export async function startsIn(db: Db): Promise<Holding[]> {
  return db.begin(ONE_VIEW, async (tx) => {
    const [logs, rows] = await Promise.all([
      logsIn(tx, 'true'),
      tx<{ log: string; adds: string }[]>`SELECT log, adds FROM past`
    ])
    const past = new Map(rows.map(({ log, adds }) => [log, JSON.parse(adds) as PastStart]))
    return [...logs].map(([key, holding]) => {
      const adds = past.get(key)
      return adds === undefined ? holding : { ...holding, past: sumsOf([adds]) }
    })
  })
}

/** Logs that `where` names, by their keys. */
async function logsIn(tx: Tx, where: string): Promise<Map<string, Holding>> {
  const of = `WHERE log IN (SELECT key FROM log WHERE ${where}) ORDER BY log`
  const [logs, held, forks] = await Promise.all([
    tx.unsafe<LogRow[]>(
      `SELECT * FROM log WHERE ${where} ORDER BY by COLLATE "C", boot COLLATE "C"`
    ),
    tx.unsafe<{ log: string; low: number; high: number }[]>(`SELECT * FROM held ${of}, low`),
    tx.unsafe<{ log: string; first: number; digest: string }[]>(
      `SELECT * FROM fork ${of}, first, digest`
    )
  ])
  const ranges = Map.groupBy(held, ({ log }) => log)
  const told = Map.groupBy(forks, ({ log }) => log)
  return new Map(
    logs.map(({ key, by, boot, counters, duplicates, late, refused }) => [
      key,
      {
        ...{ by, boot, ...(counters === null ? {} : { counters }) },
        held: (ranges.get(key) ?? []).map(({ low, high }) => ({ from: low, to: high })),
        ...{ duplicates, late, refused },
        forks: [...Map.groupBy(told.get(key) ?? [], ({ first }) => first)].map(([first, rows]) => ({
          first,
          digests: rows.map(({ digest }) => digest)
        }))
      }
    ])
  )
}

/** They are no longer past. */
export async function heardOf(tx: Tx, keys: readonly string[]): Promise<void> {
  if (keys.length > 0) await tx`DELETE FROM past WHERE log = ANY(${[...keys]}::text[])`
}

/** Starts of which retention took the last are past. */
export async function retire(tx: Tx): Promise<void> {
  const empty = await logsIn(tx, EMPTY)
  const rows = [...empty].flatMap(([log, holding]) => {
    const adds = pastOf(holding)
    return adds === undefined ? [] : [{ log, by: holding.by, adds: JSON.stringify(adds) }]
  })
  await put(tx, PAST, rows)
}
