/**
 * What lies in the database, in a schema of its own.
 *
 * Texts compare by their bytes (`COLLATE "C"`), whatever the database is set to. What may hold a
 * NUL (bodies of facts, parts of handoffs, attributes) is JSON as text or bytes, since `jsonb`
 * refuses one. A column named `key` or `source` is a text as `keyOf` cuts it, so that every index
 * takes it.
 */

import { PeerworkError } from '../../protocol/errors.ts'
import { SUM_FIELDS } from '../sums.ts'
import { lock } from './connect.ts'
import type { Db } from './connect.ts'
import { sqlStateOf } from './failure.ts'

/** Raised with every change that an older program cannot read. */
const VERSION = 1

/** What the slower of two that make one schema is told. */
const THERE_ALREADY = /^(?:42P06|23505)$/

const TEXT = 'text COLLATE "C" NOT NULL'
const COUNT = 'bigint NOT NULL DEFAULT 0'
const SUMS = SUM_FIELDS.map((field) => `"${field}" ${COUNT}`).join(', ')

const TABLES = [
  `trace (id ${TEXT} PRIMARY KEY, born bigint NOT NULL, start bigint, cost float8 NOT NULL,
    duration float8, spans ${COUNT}, bytes ${COUNT}, summary jsonb, state jsonb NOT NULL,
    terms text[] NOT NULL)`,
  `span (trace ${TEXT}, span ${TEXT}, source ${TEXT}, at bigint NOT NULL, part jsonb NOT NULL,
    attributes bytea, PRIMARY KEY (trace, span, source))`,
  `search (trace ${TEXT}, digest ${TEXT}, words text[] NOT NULL, PRIMARY KEY (trace, digest))`,
  `handoff (trace ${TEXT}, key ${TEXT}, at bigint NOT NULL, id text NOT NULL,
    sides text NOT NULL, agents text[] NOT NULL, statuses text[] NOT NULL,
    PRIMARY KEY (trace, key))`,
  `fact (trace ${TEXT}, key ${TEXT}, at bigint NOT NULL, span text, type ${TEXT}, by ${TEXT},
    log ${TEXT}, seq bigint, fact text NOT NULL, bytes ${COUNT}, PRIMARY KEY (key, trace, at))`,
  `log (key ${TEXT} PRIMARY KEY, by text NOT NULL, boot text NOT NULL, counters jsonb,
    duplicates ${COUNT}, late ${COUNT}, refused jsonb NOT NULL DEFAULT '{}')`,
  `held (log ${TEXT}, low bigint NOT NULL, high bigint NOT NULL, PRIMARY KEY (log, low))`,
  `batch (log ${TEXT}, first bigint NOT NULL, digest ${TEXT}, count bigint NOT NULL,
    issued bigint NOT NULL, bytes bytea NOT NULL, PRIMARY KEY (log, first, digest))`,
  `fork (log ${TEXT}, first bigint NOT NULL, digest ${TEXT}, PRIMARY KEY (log, first, digest))`,
  `rollup (hour bigint NOT NULL, key ${TEXT}, agent text NOT NULL, model text NOT NULL,
    kind text NOT NULL, ${SUMS}, PRIMARY KEY (hour, key))`,
  `seen (key ${TEXT} PRIMARY KEY, agent text NOT NULL, by text NOT NULL, first bigint NOT NULL,
    last bigint NOT NULL)`,
  `name (field ${TEXT}, text ${TEXT}, uses ${COUNT})`,
  `pin (trace ${TEXT} PRIMARY KEY)`,
  `total (one boolean PRIMARY KEY, spans ${COUNT}, traces ${COUNT}, facts ${COUNT}, bytes ${COUNT})`
]
/** Starts of which nothing is left. Made also where the tables are from before. */
const PAST = `past (log ${TEXT} PRIMARY KEY, by text NOT NULL, adds text NOT NULL)`

const INDEXES = [
  'trace_start ON trace (start, id) WHERE start IS NOT NULL',
  'trace_born ON trace (born, id)',
  'trace_terms ON trace USING gin (terms)',
  'span_at ON span (trace, at, span, source)',
  'search_words ON search USING gin (words)',
  'handoff_at ON handoff (at, trace, key)',
  'handoff_agents ON handoff USING gin (agents)',
  'fact_at ON fact (at, key, trace)',
  'fact_trace ON fact (trace, at, key)',
  'fact_type ON fact (type, at)',
  'fact_by ON fact (by, at)',
  'batch_issued ON batch (issued)'
]
const SCHEMA = [
  ...TABLES.map((table) => `CREATE TABLE ${table}`),
  ...INDEXES.map((index) => `CREATE INDEX ${index}`),
  'CREATE UNIQUE INDEX name_text ON name (field, md5(text))',
  'INSERT INTO total (one) VALUES (true)'
].join(';\n')

/**
 * Make the tables where there are none.
 *
 * @throws PeerworkError `STORE_FAILED` for a database that a newer program wrote, or one that is
 *   not in UTF-8
 */
export async function prepareSchema(db: Db, schema: string): Promise<void> {
  const [encoding] = await db`SELECT current_setting('server_encoding') AS name`
  if (encoding?.['name'] !== 'UTF8') {
    throw new PeerworkError('STORE_FAILED', `the database is in ${encoding?.['name']}, not in UTF8`)
  }
  const [there] = await db`SELECT 1 FROM pg_namespace WHERE nspname = ${schema}`
  // Asked first: who may not create schemas can still be given one. Two at once are one.
  if (there === undefined) {
    await db.unsafe(`CREATE SCHEMA "${schema}"`).catch((error: unknown) => {
      if (!THERE_ALREADY.test(sqlStateOf(error))) throw error
    })
  }
  await db.begin(async (tx) => {
    await lock(tx)
    const [found] = await tx`SELECT to_regclass('store_version') IS NOT NULL AS there`
    if (found?.['there'] === true) checkVersion(await tx`SELECT version FROM store_version`)
    else {
      await tx.unsafe(SCHEMA)
      await tx.unsafe(`CREATE TABLE store_version AS SELECT ${VERSION}::int AS version`)
    }
    await tx.unsafe(`CREATE TABLE IF NOT EXISTS ${PAST}`)
  })
}

function checkVersion(rows: readonly { readonly [column: string]: unknown }[]): void {
  const version = Number(rows[0]?.['version'])
  if (version === VERSION) return
  const text = `the tables are of version ${version}, this program knows ${VERSION}`
  throw new PeerworkError('STORE_FAILED', text, { version, known: VERSION })
}
