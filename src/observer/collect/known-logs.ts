/** All logs that the collector knows of, and how many of them anybody may make it know. */

import type { Clock } from '../../node/clock.ts'
import { TokenBucket } from '../../node/token-bucket.ts'
import type { LogName } from '../../node/trace/api.ts'
import type { Holding } from '../store.ts'
import { KnownLog } from './known-log.ts'

/** Starts of one producer: an agent that fails at once is started every few seconds. */
const STARTS = { burst: 256, perSecond: 0.2 } as const
/** Starts of one producer that are known at a time, count: years of restarts. */
const STARTS_MAX = 1_024
/** Producers, count: several times the largest network that was measured. */
const PRODUCERS_MAX = 4_096

interface Producer {
  readonly starts: TokenBucket
  readonly logs: Map<string, KnownLog>
}

export class KnownLogs {
  readonly #clock: Pick<Clock, 'elapsed'>
  readonly #producers = new Map<string, Producer>()

  constructor(clock: Pick<Clock, 'elapsed'>) {
    this.#clock = clock
  }

  /** What a store holds from earlier. */
  restore(holdings: readonly Holding[]): void {
    const empty = ({ held, forks }: Holding): number => (held.length + forks.length > 0 ? 0 : 1)
    for (const holding of holdings.toSorted((a, b) => empty(a) - empty(b))) {
      const { by, boot, held, forks, counters } = holding
      if (!this.#makeRoom(by)) continue
      const log = this.#make({ by, boot })
      log.hold(held)
      for (const { first } of forks) log.fork(first)
      log.issued = counters?.issued ?? 0
    }
  }

  get({ by, boot }: LogName): KnownLog | undefined {
    return this.#producers.get(by)?.logs.get(boot)
  }

  /** The log, also when it is new; nothing when its producer has too many. */
  meet(name: LogName): KnownLog | undefined {
    const known = this.get(name)
    if (known !== undefined) return known
    const producer = this.#producers.get(name.by)
    if (producer !== undefined && producer.starts.take() === undefined) return undefined
    return this.#makeRoom(name.by) ? this.#make(name) : undefined
  }

  /** Keys cost nothing: whoever only said that it is there makes room for others. */
  #makeRoom(by: string): boolean {
    const producer = this.#producers.get(by)
    if (producer !== undefined) return trim(producer.logs, STARTS_MAX, isEmpty)
    return trim(this.#producers, PRODUCERS_MAX, ({ logs }) => [...logs.values()].every(isEmpty))
  }

  knows(by: string): boolean {
    return this.#producers.has(by)
  }

  all(): KnownLog[] {
    return [...this.#producers.values()].flatMap(({ logs }) => [...logs.values()])
  }

  /** The start of a producer that was heard of last. */
  newest(by: string): KnownLog | undefined {
    const logs = [...(this.#producers.get(by)?.logs.values() ?? [])]
    return logs.reduce<KnownLog | undefined>((best, log) => {
      return best === undefined || log.issued >= best.issued ? log : best
    }, undefined)
  }

  #make(name: LogName): KnownLog {
    let producer = this.#producers.get(name.by)
    if (producer === undefined) {
      producer = { starts: new TokenBucket(STARTS, this.#clock.elapsed), logs: new Map() }
      this.#producers.set(name.by, producer)
    }
    const log = new KnownLog(name)
    producer.logs.set(name.boot, log)
    return log
  }
}

/** Nothing was ever fetched of it. */
const isEmpty = (log: KnownLog): boolean => log.held.length + log.forks.size === 0

/** Forget the oldest that may be, when there is no room for one more. @returns whether there is */
function trim<Item>(
  items: Map<string, Item>,
  max: number,
  mayGo: (item: Item) => boolean
): boolean {
  if (items.size < max) return true
  for (const [name, item] of items) if (mayGo(item)) return items.delete(name)
  return false
}
