/** Forgetting single traces, as if they had never come: sums and names in use are taken back. */

import { lock } from './connect.ts'
import type { Db, Tx } from './connect.ts'
import { wholeOf } from './known.ts'
import { forget } from './prune.ts'
import type { Old } from './prune.ts'
import { put } from './put.ts'
import { SumsDraft } from './sums-draft.ts'
import { ROLLUPS } from './write.ts'

/** Spans that are taken back in one piece, count. */
const PIECE_ROWS = 2_000

/** @returns how many of them were there */
export async function removeTraces(db: Db, traces: readonly string[]): Promise<number> {
  let removed = 0
  for (const id of new Set(traces)) {
    // Each in a transaction of its own: others that write wait for one trace, not for all.
    if (await db.begin((tx) => removeOne(tx, id))) removed++
  }
  if (removed > 0) await db`DELETE FROM name WHERE uses <= 0`
  return removed
}

async function removeOne(tx: Tx, id: string): Promise<boolean> {
  await lock(tx)
  await tx`DELETE FROM pin WHERE trace = ${id}`
  const [old] = await tx<Old[]>`SELECT id, born, spans, bytes FROM trace WHERE id = ${id}`
  if (old === undefined) return false
  const sums = new SumsDraft()
  const rows = tx`SELECT trace, span, part FROM span WHERE trace = ${id}`.cursor(PIECE_ROWS)
  for await (const some of rows) {
    for (const row of some) sums.takeBack(wholeOf(row as never).part)
  }
  await put(tx, ROLLUPS, [...sums.buckets.values()])
  await forget(tx, [old])
  await tx`UPDATE total SET spans = spans - ${old.spans},
    traces = traces - ${old.spans > 0 ? 1 : 0}, bytes = bytes - ${old.bytes}`
  return true
}
