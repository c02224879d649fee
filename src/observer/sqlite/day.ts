/** One day file, opened: its rows, its names, its payloads, and what it holds in all. */

import { Database } from './database.ts'
import { Names } from './names.ts'
import { Payloads } from './payload.ts'
import { DAY_KIND, DAY_SCHEMA, DAY_VERSION } from './schema.ts'

/** Pages in memory of one file, bytes; the system's own cache has the rest. */
const CACHE_BYTES = 12 * 1024 * 1024

export interface Totals {
  readonly spans: number
  readonly traces: number
  readonly facts: number
  /** Earliest and latest start of its traces, µs; null without any. */
  readonly low: number | null
  readonly high: number | null
}

export class Day {
  /** In the control file. */
  readonly id: number
  /** µs since 1970: where its day begins. */
  readonly start: number
  readonly db: Database
  readonly names: Names
  readonly payloads: Payloads

  /** @throws PeerworkError as `Database` does */
  constructor(path: string, { id, start }: { id: number; start: number }, pagesMax?: number) {
    this.id = id
    this.start = start
    this.db = new Database({
      ...{ path, schema: DAY_SCHEMA, version: DAY_VERSION, kind: DAY_KIND, durable: true },
      cacheBytes: CACHE_BYTES,
      ...(pagesMax === undefined ? {} : { pagesMax })
    })
    this.names = new Names(this.db)
    this.payloads = new Payloads(this.db)
  }

  /** Row of a trace. */
  traceRow(id: Uint8Array): number | undefined {
    const row = this.db.get('SELECT row FROM trace WHERE id = ?', id)
    return row === undefined ? undefined : Number(row[0])
  }

  totals(): Totals {
    const row = this.db.get(
      `SELECT spans, traces, facts, (SELECT min(start) FROM trace WHERE start IS NOT NULL),
         (SELECT max(start) FROM trace WHERE start IS NOT NULL) FROM total`
    )
    const [spans, traces, facts, low, high] = (row ?? []) as (number | null)[]
    return {
      ...{ spans: spans ?? 0, traces: traces ?? 0, facts: facts ?? 0 },
      ...{ low: low ?? null, high: high ?? null }
    }
  }

  commit(): void {
    this.payloads.flush()
    this.names.writeUses()
    this.db.commit()
  }

  rollback(): void {
    this.db.rollback()
    this.names.forget()
    this.payloads.forget()
  }

  close(): void {
    this.db.close()
  }
}
