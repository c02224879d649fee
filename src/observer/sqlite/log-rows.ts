/** Which starts of producers are told, and which are past: see `past.ts`. */

import { pastHolding, pastOf, sumsOf } from '../past.ts'
import type { PastStart } from '../past.ts'
import type { Holding } from '../store.ts'
import type { Database } from './database.ts'
import { holdingsIn } from './held.ts'

/** Beside the schema, so that files from before have it too. */
const SCHEMA = `CREATE TABLE IF NOT EXISTS past (
  log INTEGER PRIMARY KEY, by TEXT NOT NULL, adds TEXT NOT NULL
) STRICT`
const LIVING = 'id NOT IN (SELECT log FROM past)'
/** Nothing of them is left but what they were. */
const EMPTY = `${LIVING} AND NOT EXISTS (SELECT 1 FROM batch WHERE batch.log = log.id)`

type Past = Map<number, { readonly by: string; readonly adds: PastStart }>

/** What is told, unless it is the same as under the version that the asker knows. */
export interface ToldNews {
  readonly version: number
  readonly holdings?: readonly Holding[]
}

export class LogRows {
  readonly #db: Database
  /** Past starts by their log. Read once. */
  #past: Past | undefined
  #told: readonly Holding[] | undefined
  #version = 0

  constructor(db: Database) {
    this.#db = db
    db.exec(SCHEMA)
  }

  /** @param known the version that the asker has */
  told(known?: number): ToldNews {
    const holdings = (this.#told ??= this.#tell())
    return { version: this.#version, ...(known !== this.#version && { holdings }) }
  }

  #tell(): readonly Holding[] {
    this.#version++
    const living = holdingsIn(this.#db, LIVING).values()
    const past = Map.groupBy(this.#pastStarts().values(), ({ by }) => by)
    const sums = [...past].map(([by, starts]) => {
      return pastHolding(
        by,
        starts.map(({ adds }) => adds)
      )
    })
    return [...living, ...sums]
  }

  starts(): readonly Holding[] {
    const past = this.#pastStarts()
    return [...holdingsIn(this.#db)].map(([log, holding]) => {
      const start = past.get(log)
      return start === undefined ? holding : { ...holding, past: sumsOf([start.adds]) }
    })
  }

  /** Something was heard of it. Inside a transaction of the control file. */
  changed(log: number): void {
    this.#told = undefined
    if (this.#pastStarts().delete(log)) this.#db.run('DELETE FROM past WHERE log = ?', log)
  }

  /** After a rollback: nothing that is remembered holds. */
  reset(): void {
    this.#told = undefined
    this.#past = undefined
  }

  /** Starts of which retention took the last are past. Inside a transaction. */
  retire(): void {
    for (const [log, holding] of holdingsIn(this.#db, EMPTY)) {
      const adds = pastOf(holding)
      if (adds === undefined) continue
      const { by } = holding
      this.#db.run('INSERT INTO past VALUES (?, ?, ?)', log, by, JSON.stringify(adds))
      this.#pastStarts().set(log, { by, adds })
      this.#told = undefined
    }
  }

  #pastStarts(): Past {
    this.#past ??= new Map(
      this.#db.all('SELECT log, by, adds FROM past').map(([log, by, adds]) => {
        return [Number(log), { by: String(by), adds: JSON.parse(String(adds)) as PastStart }]
      })
    )
    return this.#past
  }
}
