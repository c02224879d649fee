/** Opening a store of traces in a Postgres database, which several observers may share. */

import type { Clock } from '../../node/clock.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import { checkEntries, checkSpan, checkTrace, checkTraces } from '../sqlite/check.ts'
import type { Ingest, Ingested, TraceStore } from '../store.ts'
import { checkSchema, connect, lock, readAddress } from './connect.ts'
import type { Db } from './connect.ts'
import { storeFailure } from './failure.ts'
import { Group } from './group.ts'
import { batchesIn, noteCounters, noteRefused } from './held.ts'
import { readKnown } from './known.ts'
import { startsIn, toldIn } from './log-rows.ts'
import { prune } from './prune.ts'
import { removeTraces } from './remove.ts'
import { Queue } from './queue.ts'
import { listFacts, listHandoffs, listTraces } from './read-lists.ts'
import { listSpans, readSpan, readSummary } from './read-trace.ts'
import { prepareSchema } from './schema.ts'
import { agentsIn, sizeOf, usageIn, valuesIn } from './usage.ts'
import { writeGroup } from './write.ts'

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:5432/database`, see `readAddress`. */
  readonly url: string
  /** Made when it is not there; `peerwork` unless said otherwise. */
  readonly schema?: string
  readonly clock: Pick<Clock, 'now'>
}

/** Pinned traces, count: who pins more wants a longer retention. */
const PINS_MAX = 10_000
/** What a close waits for questions that are being answered, s. */
const CLOSE_S = 5

/**
 * Open the store, or make its tables. Whoever opens closes: `await using`.
 *
 * @throws PeerworkError `BAD_OPTION` for an address that is none, `STORE_FAILED` when the database
 *   is out of reach or of a newer version, `STORE_FULL`
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<TraceStore> {
  const { url, schema = 'peerwork', clock } = options
  const address = readAddress(url)
  checkSchema(schema)
  const fail = (thrown: unknown): PeerworkError => storeFailure(thrown, address.password)
  const db = connect(address, schema)
  try {
    await prepareSchema(db, schema)
  } catch (error) {
    await db.end({ timeout: 0 })
    throw fail(error)
  }
  return storeOver(db, { fail, nowUs: () => clock.now() * 1_000 })
}

interface Around {
  readonly fail: (thrown: unknown) => PeerworkError
  readonly nowUs: () => number
}

function storeOver(db: Db, { fail, nowUs }: Around): TraceStore {
  let closing: Promise<void> | undefined
  const queue = new Queue((entries) => keep(db, entries, nowUs()))
  /** Run it unless the store is closed, and name what it fails with. */
  const run = async <Value>(ask: () => Promise<Value>): Promise<Value> => {
    if (closing !== undefined) throw new PeerworkError('CLOSED', 'the trace store is closed')
    try {
      return await ask()
    } catch (error) {
      throw fail(error)
    }
  }
  const about = <Value>(trace: string, ask: () => Promise<Value>): Promise<Value> =>
    run(async () => {
      checkTrace(trace)
      return ask()
    })
  const close = async (): Promise<void> => {
    await queue.idle()
    await db.end({ timeout: CLOSE_S })
  }
  return {
    ingest: (entries) =>
      run(async () => {
        checkEntries(entries)
        return queue.add(entries)
      }),
    traces: (query) => run(() => listTraces(db, query)),
    trace: (id) => about(id, () => readSummary(db, id)),
    spans: (trace, page) => about(trace, () => listSpans(db, trace, page)),
    span: (trace, span) =>
      about(trace, async () => {
        checkSpan(span)
        return readSpan(db, trace, span)
      }),
    handoffs: (query) => run(() => listHandoffs(db, query)),
    facts: (query) => run(() => listFacts(db, query)),
    agents: (window) => run(() => agentsIn(db, window)),
    usage: (window) => run(() => usageIn(db, window)),
    values: (field, prefix) => run(() => valuesIn(db, field, prefix)),
    holdings: () => run(() => toldIn(db)),
    starts: () => run(() => startsIn(db)),
    noteCounters: (counters) => run(() => noteCounters(db, counters)),
    noteRefused: (by, boot, code, count) => run(() => noteRefused(db, { by, boot }, code, count)),
    batches: (by, boot, range, limit) => run(() => batchesIn(db, { by, boot }, range, limit)),
    pin: (trace, pinned) => about(trace, () => pin(db, trace, pinned)),
    prune: (retention, now) => run(() => prune(db, retention, now)),
    removeTraces: (traces, onlyOf) =>
      run(async () => {
        checkTraces(traces)
        return removeTraces(db, traces, onlyOf)
      }),
    size: () => run(() => sizeOf(db)),
    [Symbol.asyncDispose]: () => (closing ??= close())
  }
}

/** All of the entries in one transaction. */
function keep(db: Db, entries: readonly Ingest[], nowUs: number): Promise<readonly Ingested[]> {
  return db.begin(async (tx) => {
    await lock(tx)
    const group = new Group(await readKnown(tx, entries), nowUs)
    const answers = entries.map((entry) => group.add(entry))
    await writeGroup(tx, group)
    return answers
  }) as Promise<readonly Ingested[]>
}

/** @throws PeerworkError `QUOTA_EXCEEDED` */
async function pin(db: Db, trace: string, pinned: boolean): Promise<void> {
  await db.begin(async (tx) => {
    await lock(tx)
    if (!pinned) {
      await tx`DELETE FROM pin WHERE trace = ${trace}`
      return
    }
    const [found] = await tx<{ pins: number }[]>`SELECT count(*) AS pins FROM pin`
    if ((found?.pins ?? 0) >= PINS_MAX) {
      throw new PeerworkError('QUOTA_EXCEEDED', `${PINS_MAX} traces are pinned already`)
    }
    await tx`INSERT INTO pin (trace) VALUES (${trace}) ON CONFLICT DO NOTHING`
  })
}
