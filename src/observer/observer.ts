/**
 * An observer without its doors: the store, the prices, the one way in, and, when an agent lends
 * its ears, the collecting.
 */

import { join } from 'node:path'
import type { Clock } from '../node/clock.ts'
import { openHome } from '../node/home.ts'
import type { Logger } from '../node/logger.ts'
import type { Traces } from '../node/trace/api.ts'
import { Collector } from './collect/collector.ts'
import { foldBatch } from './collect/fold-batch.ts'
import { guardDisk } from './disk.ts'
import { Intake } from './intake.ts'
import { OwnPrices } from './prices/own.ts'
import { openSqliteStore } from './sqlite/open.ts'
import { Database } from './sqlite/database.ts'
import type { TraceStore } from './store.ts'

export interface ObserverInit {
  /** Made, for its owner alone, when it is not there. One observer at a time. */
  readonly dir: string
  readonly clock: Clock
  /** Address of a Postgres database that keeps the traces, in place of files in `dir`. */
  readonly postgres?: string
}

export interface CollectInit {
  /** Of an agent that stays as long as the observer. */
  readonly traces: Traces
  /** The name on a producer's card, when that is known. */
  readonly nameOf?: (id: string) => string | undefined
  readonly log: Logger
}

export interface Observer extends AsyncDisposable {
  /** To read from; what comes in goes through `intake`. */
  readonly store: TraceStore
  readonly intake: Intake
  /** Own prices, which count before the list's. */
  readonly prices: OwnPrices
  /** Collect what agents tell. Stop the collector before its agent, and before the observer. */
  collect(init: CollectInit): Promise<Collector>
}

/**
 * @throws PeerworkError `HOME_IN_USE` while another observer has the directory, `HOME_UNSAFE`,
 *   `STORE_FAILED`, `STORE_FULL`, `BAD_OPTION` for a table of prices that cannot be read
 */
export async function openObserver(init: ObserverInit): Promise<Observer> {
  const { dir, clock } = init
  openHome(dir)
  const prices = new OwnPrices(dir)
  const store = await openStore(init)
  const intake = new Intake(store, prices.book)
  // Through the intake, so that what agents tell is priced, and seen live, like all else.
  const through: TraceStore = { ...store, ingest: (entries) => intake.take(entries) }
  return {
    ...{ store, intake, prices },
    collect: ({ traces, nameOf, log }) =>
      Collector.start({
        ...{ traces, store: through, clock, log },
        fold: (batch) => foldBatch(batch, nameOf)
      }),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]()
  }
}

async function openStore({ dir, clock, postgres }: ObserverInit): Promise<TraceStore> {
  if (postgres === undefined) {
    return guardDisk(await openSqliteStore({ dir: join(dir, 'traces'), clock }), { dir, clock })
  }
  const held = hold(dir)
  try {
    const { openPostgresStore } = await import('./postgres/open.ts')
    const store = await openPostgresStore({ url: postgres, clock })
    const close = async (): Promise<void> => {
      try {
        await store[Symbol.asyncDispose]()
      } finally {
        held.close()
      }
    }
    return { ...store, [Symbol.asyncDispose]: close }
  } catch (error) {
    held.close()
    throw error
  }
}

/** Of the file whose lock keeps a second observer from the directory: `PWth` in ASCII. */
const HOLD_KIND = 0x50577468

/** @throws PeerworkError `HOME_IN_USE` */
const hold = (dir: string): Database =>
  new Database({
    ...{ path: join(dir, 'in-use.db'), schema: '', version: 1, kind: HOLD_KIND },
    ...{ cacheBytes: 65_536, durable: false }
  })
