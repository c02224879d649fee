/** Forgetting single traces, as if they had never come: sums and names in use are taken back. */

import { sourceKey } from '../merge.ts'
import type { Source } from '../model.ts'
import type { Sides } from '../sides.ts'
import { lock } from './connect.ts'
import type { Db, Tx } from './connect.ts'
import { keyOf } from './key.ts'
import { readFact, wholeOf } from './known.ts'
import { forget } from './prune.ts'
import type { Old } from './prune.ts'
import { put } from './put.ts'
import { SumsDraft } from './sums-draft.ts'
import { ROLLUPS } from './write.ts'

/** Rows that are read in one piece, count. */
const PIECE_ROWS = 2_000

/** Those of which nobody but `onlyOf` told anything. @returns how many were removed */
export async function removeTraces(
  db: Db,
  traces: readonly string[],
  onlyOf: Source
): Promise<number> {
  const teller = sourceKey(onlyOf)
  let removed = 0
  for (const id of new Set(traces)) {
    // Each in a transaction of its own: others that write wait for one trace, not for all.
    if (await db.begin((tx) => removeOne(tx, id, teller))) removed++
  }
  if (removed > 0) await db`DELETE FROM name WHERE uses <= 0`
  return removed
}

async function removeOne(tx: Tx, id: string, teller: string): Promise<boolean> {
  await lock(tx)
  const [old] = await tx<Old[]>`SELECT id, born, spans, bytes FROM trace WHERE id = ${id}`
  if (old === undefined || (await othersTold(tx, id, teller))) return false
  await tx`DELETE FROM pin WHERE trace = ${id}`
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

async function othersTold(tx: Tx, id: string, teller: string): Promise<boolean> {
  const spans = await tx`
    SELECT 1 FROM span WHERE trace = ${id} AND source <> ${keyOf(teller)} LIMIT 1`
  if (spans.length > 0) return true
  const other = ({ source }: { readonly source: Source }): boolean => sourceKey(source) !== teller
  let told = false
  const handoffs = tx<{ sides: string }[]>`SELECT sides FROM handoff WHERE trace = ${id}`
  for await (const some of handoffs.cursor(PIECE_ROWS)) {
    told ||= some.some(({ sides }) => {
      const { giver, taker } = JSON.parse(sides) as Sides
      return [...giver, ...taker].some(other)
    })
  }
  const facts = tx<{ fact: string }[]>`SELECT fact FROM fact WHERE trace = ${id}`
  for await (const some of facts.cursor(PIECE_ROWS)) {
    told ||= some.some(({ fact }) => other(readFact(fact)))
  }
  return told
}
