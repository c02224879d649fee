/** All logs that the collector knows of, and how many of them anybody may make it know. */

import type { Clock } from '../../node/clock.ts'
import { TokenBucket } from '../../node/token-bucket.ts'
import type { LogName } from '../../node/trace/api.ts'
import { decode } from '../../protocol/canonical.ts'
import { peek, SealedOnce } from '../../protocol/seal.ts'
import type { Sealed } from '../../protocol/seal.ts'
import { readHead } from '../../protocol/trace-head.ts'
import type { TraceHead } from '../../protocol/trace-head.ts'
import type { Holding } from '../store.ts'
import { KnownLog } from './known-log.ts'

/** Starts of one producer: an agent that fails at once is started every few seconds. */
const STARTS = { burst: 256, perSecond: 0.2 } as const
/** Starts of one producer that are known at a time, count: years of restarts. */
const STARTS_MAX = 1_024
/** Logs in all, count, of 1.5 KB and more each: then a producer may have so many starts. */
const LOGS_MAX = 65_536
const STARTS_MAX_THEN = 64
/** Producers, count: several times the largest network that was measured. */
const PRODUCERS_MAX = 4_096

interface Producer {
  readonly starts: TokenBucket
  readonly logs: Map<string, KnownLog>
}

export class KnownLogs {
  readonly #clock: Pick<Clock, 'elapsed'>
  readonly #here: () => readonly string[]
  readonly #producers = new Map<string, Producer>()
  #size = 0

  /** @param here producers that can be asked now, and so are no mere keys */
  constructor(clock: Pick<Clock, 'elapsed'>, here: () => readonly string[] = () => []) {
    this.#clock = clock
    this.#here = here
  }

  /** What a store holds from earlier. */
  restore(holdings: readonly Holding[]): void {
    const rank = ({ held, forks, past }: Holding): number => {
      if (held.length + forks.length === 0) return 2
      return past === undefined ? 0 : 1
    }
    for (const holding of holdings.toSorted((a, b) => rank(a) - rank(b))) {
      const { by, boot, held, forks, counters } = holding
      if (!this.#makeRoom(by)) continue
      const log = this.#make({ by, boot })
      log.hold(held)
      log.isPast = holding.past !== undefined
      for (const { first } of forks) log.fork(first)
      log.issued = counters?.issued ?? 0
      const head = counters?.head === undefined ? undefined : headIn(counters.head)
      if (head !== undefined) log.hear(head)
      log.lose(counters?.gone ?? [])
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
    if (producer !== undefined) {
      const most = this.#size < LOGS_MAX ? STARTS_MAX : STARTS_MAX_THEN
      if (producer.logs.size < most) return true
      const empty =
        producer.logs.entries().find(([, log]) => isEmpty(log)) ??
        producer.logs.entries().find(([, log]) => log.isPast)
      if (empty === undefined) return false
      this.#size--
      return producer.logs.delete(empty[0])
    }
    if (this.#producers.size < PRODUCERS_MAX) return true
    const empty = this.#producers.entries().find(([, { logs }]) => logs.values().every(isEmpty))
    if (empty !== undefined) return this.#forget(empty[0])
    const here = new Set(this.#here())
    return here.has(by) && this.#forget(this.#least(here))
  }

  /** Of those who are not here, whoever told least: a key that was made up has few events. */
  #least(here: ReadonlySet<string>): string | undefined {
    let [least, few]: [string | undefined, number] = [undefined, Infinity]
    for (const [by, { logs }] of this.#producers) {
      const held = logs.values().reduce((sum, log) => sum + log.heldCount, 0)
      if (held < few && !here.has(by)) [least, few] = [by, held]
    }
    return least
  }

  /** What the store holds of it stays there. @returns whether there was any */
  #forget(by = ''): boolean {
    this.#size -= this.#producers.get(by)?.logs.size ?? 0
    return this.#producers.delete(by)
  }

  knows(by: string): boolean {
    return this.#producers.has(by)
  }

  all(): KnownLog[] {
    return [...this.#producers.values()].flatMap(({ logs }) => [...logs.values()])
  }

  /** In the order of producers, and then of starts, those after this one. Sorts as it goes. */
  *after(name?: LogName): Generator<KnownLog, void, void> {
    for (const by of sortedFrom(this.#producers.keys(), name?.by)) {
      const { logs } = this.#producers.get(by) ?? { logs: undefined }
      const from = by === name?.by ? name.boot : undefined
      for (const boot of sortedFrom(logs?.keys() ?? [], from)) {
        const log = boot === from ? undefined : logs?.get(boot)
        if (log !== undefined) yield log
      }
    }
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
    this.#size++
    producer.logs.set(name.boot, log)
    return log
  }
}

const sortedFrom = (names: Iterable<string>, from = ''): string[] =>
  [...names].filter((name) => name >= from).sort()

/** As it was when it came: whoever asks for it opens it again. */
function headIn(base64: string): Sealed<TraceHead> | undefined {
  try {
    const bytes = new Uint8Array(Buffer.from(base64, 'base64'))
    const { body } = peek(bytes)
    return new SealedOnce(readHead(decode(body)), bytes, bytes.length - body.length)
  } catch {
    return undefined
  }
}

/** Nothing was ever fetched of it. */
const isEmpty = (log: KnownLog): boolean => log.held.length + log.forks.size === 0
