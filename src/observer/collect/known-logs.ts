/** All logs that the collector knows of, and how many of them anybody may make it know. */

import type { Clock } from '../../node/clock.ts'
import { TokenBucket } from '../../node/token-bucket.ts'
import type { LogName } from '../../node/trace/api.ts'
import type { Holding } from '../store.ts'
import { KnownLog } from './known-log.ts'

/** Starts of one producer: an agent that fails at once is started every few seconds. */
const STARTS = { burst: 256, perSecond: 0.2 } as const
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
    for (const { by, boot, held, forks, counters } of holdings) {
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
    if (producer === undefined && this.#producers.size >= PRODUCERS_MAX) return undefined
    if (producer !== undefined && producer.starts.take() === undefined) return undefined
    return this.#make(name)
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
