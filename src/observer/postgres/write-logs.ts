/** Writing which numbers of which logs are held, and the batches that they came in. */

import { fitText } from '../merge.ts'
import type { Tx } from './connect.ts'
import type { LogDraft } from './log-draft.ts'
import { heardOf } from './log-rows.ts'
import { hex, put } from './put.ts'

const LOGS = {
  into: 'log',
  shape: 'key text, by text, boot text, duplicates bigint, late bigint',
  otherwise: `(key) DO UPDATE SET duplicates = log.duplicates + excluded.duplicates,
    late = log.late + excluded.late`
}
const HELD = {
  into: 'held',
  shape: 'log text, low bigint, high bigint',
  otherwise: '(log, low) DO UPDATE SET high = excluded.high'
}
const BATCHES = {
  into: 'batch',
  shape: 'log text, first bigint, digest text, count bigint, issued bigint, bytes bytea',
  otherwise: 'DO NOTHING'
}
const FORKS = {
  into: 'fork',
  shape: 'log text, first bigint, digest text',
  otherwise: 'DO NOTHING'
}

export async function writeLogs(tx: Tx, logs: ReadonlyMap<string, LogDraft>): Promise<void> {
  const all = [...logs]
  const each = <Row>(rows: (draft: LogDraft) => readonly Row[]) =>
    all.flatMap(([log, draft]) => rows(draft).map((row) => ({ log, ...row })))
  const heads = all.map(([key, { by, boot, duplicates, late }]) => ({
    ...{ key, by: fitText(by), boot, duplicates, late }
  }))
  await put(tx, LOGS, heads)
  await heardOf(tx, [...logs.keys()])
  const gone = each((draft) => [...draft.gone].map((low) => ({ low })))
  if (gone.length > 0) {
    await tx`DELETE FROM held USING json_to_recordset(${JSON.stringify(gone)}::text::json)
      AS q(log text, low bigint) WHERE held.log = q.log AND held.low = q.low`
  }
  await put(
    tx,
    HELD,
    each((draft) => [...draft.fresh.values()])
  )
  const batches = each((draft) => draft.added)
  await put(
    tx,
    BATCHES,
    batches.map((row) => ({ ...row, bytes: hex(row.bytes) }))
  )
  await put(
    tx,
    FORKS,
    each((draft) => draft.forks)
  )
}
