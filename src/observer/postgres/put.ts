/** Many rows in one statement: a list as JSON, which Postgres takes apart by the types told. */

import type { Tx } from './connect.ts'

export interface Target {
  readonly into: string
  /** Columns and their types. */
  readonly shape: string
  /** What is done about a row that is there. */
  readonly otherwise: string
}

export async function put(
  tx: Tx,
  { into, shape, otherwise }: Target,
  rows: readonly object[]
): Promise<void> {
  if (rows.length === 0) return
  const columns = shape.split(', ').map((column) => column.slice(0, column.indexOf(' ')))
  const text = `INSERT INTO ${into} (${columns.join(', ')})
    SELECT ${columns.join(', ')} FROM json_to_recordset($1::text::json) AS q(${shape})
    ON CONFLICT ${otherwise}`
  await tx.unsafe(text, [JSON.stringify(rows)], { prepare: true })
}

/** As `bytea` reads it. */
export const hex = (bytes: Uint8Array): string => `\\x${Buffer.from(bytes).toString('hex')}`

export const replaced = (columns: readonly string[]): string =>
  columns.map((column) => `${column} = excluded.${column}`).join(', ')
