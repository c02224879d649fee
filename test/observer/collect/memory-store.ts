/**
 * A store in memory for tests of the collector: what it needs of `TraceStore`, honestly, and no
 * more. Everything else of the interface throws.
 */

import { PeerworkError } from '../../../src/protocol/errors.ts'
import { joined } from '../../../src/node/trace/ranges.ts'
import { newerCounters } from '../../../src/observer/merge.ts'
import type { Fact } from '../../../src/observer/model.ts'
import { checkEntries } from '../../../src/observer/sqlite/check.ts'
import type { Counters, Holding, Ingest, Ingested } from '../../../src/observer/store.ts'
import type { KeptBatch, Range, TraceStore } from '../../../src/observer/store.ts'

interface Log {
  readonly by: string
  readonly boot: string
  counters?: Counters
  readonly batches: KeptBatch[]
  duplicates: number
  late: number
  readonly refused: Record<string, number>
}

export class MemoryStore {
  readonly facts = new Map<string, Fact>()
  /** Set to make `ingest` fail as a full disk does. */
  full = false
  /** Set to make `noteCounters` and `noteRefused` fail as often. */
  deaf = 0
  /** Calls of `ingest`, count. */
  calls = 0
  readonly #logs = new Map<string, Log>()

  /** Typed as what the collector takes. */
  get store(): TraceStore {
    return this as unknown as TraceStore
  }

  async ingest(entries: readonly Ingest[]): Promise<readonly Ingested[]> {
    this.calls++
    await new Promise((resolve) => setImmediate(resolve))
    checkEntries(entries)
    if (this.full) throw new PeerworkError('STORE_FULL', 'no room')
    return entries.map((entry) => this.#ingest(entry))
  }

  holdings(): Promise<readonly Holding[]> {
    return Promise.resolve(
      [...this.#logs.values()].map((log) => ({
        ...{ by: log.by, boot: log.boot, duplicates: log.duplicates, late: log.late },
        ...(log.counters && { counters: log.counters }),
        ...{ refused: { ...log.refused }, held: joined(log.batches.map(rangeOf)) },
        forks: forksOf(log.batches)
      }))
    )
  }

  starts(): Promise<readonly Holding[]> {
    return this.holdings()
  }

  async noteCounters(counters: Counters): Promise<void> {
    await Promise.resolve()
    if (this.deaf-- > 0) throw new PeerworkError('BUSY', 'too much to do')
    const log = this.#log(counters.by, counters.boot)
    log.counters = log.counters === undefined ? counters : newerCounters(log.counters, counters)
  }

  async noteRefused(by: string, boot: string, code: string, count: number): Promise<void> {
    await Promise.resolve()
    if (this.deaf-- > 0) throw new PeerworkError('BUSY', 'too much to do')
    const { refused } = this.#log(by, boot)
    refused[code] = (refused[code] ?? 0) + count
  }

  batches(by: string, boot: string, { from, to }: Range, limit: number): Promise<KeptBatch[]> {
    const found = this.#log(by, boot).batches.filter((batch) => {
      return batch.first < to && batch.first + batch.count > from
    })
    found.sort((one, other) => one.first - other.first || one.digest.localeCompare(other.digest))
    return Promise.resolve(found.slice(0, limit))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve()
  }

  /** Sequence numbers held of a producer, by start. */
  async held(by: string): Promise<Record<string, readonly Range[]>> {
    const holdings = await this.holdings()
    const own = holdings.filter((one) => one.by === by && one.held.length > 0)
    return Object.fromEntries(own.map(({ boot, held }) => [boot, held]))
  }

  #ingest({ batch, facts }: Ingest): Ingested {
    for (const fact of facts) this.facts.set(fact.id, fact)
    if (batch === undefined) return 'new'
    const log = this.#log(batch.by, batch.boot)
    if (log.batches.some(({ digest }) => digest === batch.digest)) {
      log.duplicates++
      return 'known'
    }
    const overlaps = log.batches.some(
      ({ first, count }) => first < batch.first + batch.count && first + count > batch.first
    )
    if (log.batches.some(({ first }) => first > batch.first)) log.late += batch.count
    log.batches.push(batch)
    return overlaps ? 'forked' : 'new'
  }

  #log(by: string, boot: string): Log {
    const key = `${by} ${boot}`
    const known = this.#logs.get(key)
    if (known !== undefined) return known
    const log: Log = { by, boot, batches: [], duplicates: 0, late: 0, refused: {} }
    this.#logs.set(key, log)
    return log
  }
}

const rangeOf = ({ first, count }: KeptBatch): Range => ({ from: first, to: first + count })

function forksOf(batches: readonly KeptBatch[]): Holding['forks'] {
  const byFirst = new Map<number, string[]>()
  for (const { first, digest } of batches) {
    byFirst.set(first, [...(byFirst.get(first) ?? []), digest])
  }
  return [...byFirst]
    .filter(([, digests]) => digests.length > 1)
    .map(([first, digests]) => ({ first, digests }))
}
