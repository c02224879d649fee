/** Opening a store of traces in a directory: SQLite files, behind a thread of their own. */

import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { Clock } from '../../node/clock.ts'
import type { Ingested, TraceStore } from '../store.ts'
import { checkEntries, checkSpan, checkTrace, checkTraces } from './check.ts'
import type { ToldNews } from './log-rows.ts'
import type { StartOptions } from './messages.ts'
import { Remote } from './remote.ts'

export interface SqliteStoreOptions {
  /** Made, for its owner alone, when it is not there. One process at a time. */
  readonly dir: string
  readonly clock: Pick<Clock, 'now'>
  /** Bytes after which a day goes on in another file; the grain of keeping by size. */
  readonly dayBytesMax?: number
  /** Pages of 8 KiB that each file may have: a full disk, for tests. */
  readonly pagesMax?: number
}

/** Of the thread, MB: a young generation that stays small keeps an idle store small. */
const HEAP = { maxYoungGenerationSizeMb: 24, maxOldGenerationSizeMb: 1_024 }

/**
 * Open the store, or make it. Whoever opens closes: `await using`.
 *
 * @throws PeerworkError `HOME_IN_USE` when another process has the directory, `STORE_FAILED` for a
 *   file that is damaged or of another version, `STORE_FULL`
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<TraceStore> {
  const { clock, ...rest } = options
  const nowUs = (): number => clock.now() * 1_000
  const workerData: StartOptions = { ...rest, nowUs: nowUs() }
  const worker = new Worker(workerEntry(), { workerData, resourceLimits: HEAP })
  const remote = new Remote(worker, nowUs)
  await remote.started()
  return storeOver(remote, worker)
}

async function checked<Value>(check: () => void, then: () => Promise<Value>): Promise<Value> {
  check()
  return then()
}

/** The questions of a store, asked of its thread. */
export function storeOver(remote: Remote, worker: Pick<Worker, 'once'>): TraceStore {
  let closing: Promise<void> | undefined
  let told: Required<ToldNews> = { version: 0, holdings: [] }
  const close = async (): Promise<void> => {
    const ended = new Promise((resolve) => worker.once('exit', resolve))
    await remote.ask('close')
    await ended
  }
  const about = <Value>(trace: string, then: () => Promise<Value>): Promise<Value> =>
    checked(() => checkTrace(trace), then)
  return {
    ingest: (entries) =>
      checked(
        () => checkEntries(entries),
        () => remote.ingest<readonly Ingested[]>(entries)
      ),
    traces: (query) => remote.ask('traces', query),
    trace: (id) => about(id, () => remote.ask('trace', id)),
    spans: (trace, page) => about(trace, () => remote.ask('spans', trace, page)),
    span: (trace, span) =>
      checked(
        () => [checkTrace(trace), checkSpan(span)],
        () => remote.ask('span', trace, span)
      ),
    handoffs: (query) => remote.ask('handoffs', query),
    facts: (query) => remote.ask('facts', query),
    agents: (window) => remote.ask('agents', window),
    usage: (window) => remote.ask('usage', window),
    values: (field, prefix) => remote.ask('values', field, prefix),
    holdings: async () => {
      // Asked every second, and mostly the same: it is not copied over each time.
      const { version, holdings } = await remote.ask<ToldNews>('holdings', told.version)
      if (holdings !== undefined) told = { version, holdings }
      return told.holdings
    },
    starts: () => remote.ask('starts'),
    noteCounters: (counters) => remote.ask('noteCounters', counters),
    noteRefused: (by, boot, code, count) => remote.ask('noteRefused', by, boot, code, count),
    batches: (by, boot, range, limit) => remote.ask('batches', by, boot, range, limit),
    pin: (trace, pinned) => about(trace, () => remote.ask('pin', trace, pinned)),
    prune: (retention, nowUs) => remote.ask('prune', retention, nowUs),
    removeTraces: (traces, onlyOf) =>
      checked(
        () => checkTraces(traces),
        () => remote.ask('removeTraces', traces, onlyOf)
      ),
    size: () => remote.ask('size'),
    [Symbol.asyncDispose]: () => (closing ??= close())
  }
}

/** Beside this file, also when it is bundled: `tools/build.ts` says where. */
function workerEntry(): URL {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
  const places = ['./', './observer/sqlite/', '../observer/sqlite/']
  const urls = places.map((place) => new URL(`${place}worker-entry${extension}`, import.meta.url))
  return urls.find((url) => existsSync(url)) ?? new URL(urls[0] ?? import.meta.url)
}
