/**
 * A network without wires for tests of the collector: producers whose every batch the test decides,
 * observers that reach each other or not. What goes through it is sealed and opened as on the wire.
 */

import type { HeldLog, LogAsk, TraceNews, Traces } from '../../../src/node/trace/api.ts'
import type { TailOptions, TraceShelf } from '../../../src/node/trace/api.ts'
import { joined } from '../../../src/node/trace/ranges.ts'
import { toHex } from '../../../src/protocol/canonical.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'
import { open, seal } from '../../../src/protocol/seal.ts'
import type { Sealed } from '../../../src/protocol/seal.ts'
import { expectBatch } from '../../../src/protocol/trace.ts'
import type { TraceBatch } from '../../../src/protocol/trace.ts'
import type { TraceHead } from '../../../src/protocol/trace-head.ts'
import type { Identity } from '../../../src/protocol/identity.ts'
import { NETWORK } from '../../protocol/samples.ts'

/** Logs in one list, count. */
const PAGE = 4_096

interface Holder {
  /** Its own log, as it shows it to this asker. */
  readonly log: (asker: string) => readonly Sealed<TraceBatch>[]
  shelf?: TraceShelf
}

export class Hub {
  readonly #holders = new Map<string, Holder>()
  readonly #heard = new Set<{ self: string; receive: (news: TraceNews) => void }>()
  readonly #changed = new Set<() => void>()
  readonly #cut = new Set<string>()
  readonly #wakes = new Set<() => void>()
  /** Questions asked, as `<asker> <what> <holder>`. */
  readonly asked: string[] = []

  producer(id: string, log: Holder['log']): void {
    this.#holders.set(id, { log })
    this.#tell()
  }

  leave(id: string): void {
    this.#holders.delete(id)
    this.#tell()
  }

  /** Two that do not reach each other from now on, or do again. */
  cut(one: string, other: string, is = true): void {
    for (const pair of [`${one} ${other}`, `${other} ${one}`]) {
      if (is) this.#cut.add(pair)
      else this.#cut.delete(pair)
    }
    this.#tell()
  }

  /** Something was added to a log. */
  grow(): void {
    for (const wake of this.#wakes) wake()
  }

  gossip(news: TraceNews): void {
    for (const { receive } of this.#heard) receive(news)
  }

  head(by: Identity, boot: Uint8Array, numbers: Partial<TraceHead>): Sealed<TraceHead> {
    const body: TraceHead = {
      ...{ v: 1, network: NETWORK, from: by.id, issued: Date.now(), boot },
      ...{ next: 0, oldest: 0, dropped: 0, tailed: false, ...numbers }
    }
    return seal('head', body, by)
  }

  /** The door of an observer. */
  traces(self: string): Traces {
    this.#holders.set(self, { log: () => [] })
    const reach = (holder: string): Holder => {
      const found = this.#holders.get(holder)
      if (found === undefined || this.#cut.has(`${self} ${holder}`)) {
        throw new PeerworkError('PEER_LOST', 'not there')
      }
      return found
    }
    return {
      ...{ self, network: NETWORK },
      listen: (receive) => {
        const one = { self, receive }
        this.#heard.add(one)
        return () => void this.#heard.delete(one)
      },
      holders: () =>
        [...this.#holders.keys()].filter((holder) => !this.#cut.has(`${self} ${holder}`)),
      observers: () =>
        [...this.#holders].flatMap(([holder, { shelf }]) => {
          return shelf === undefined || this.#cut.has(`${self} ${holder}`) ? [] : [holder]
        }),
      onHolders: (changed) => {
        this.#changed.add(changed)
        return () => void this.#changed.delete(changed)
      },
      tail: (holder, options) => this.#tail(self, holder, { reach, options }),
      held: async (holder, _, after) => {
        this.asked.push(`${self} list ${holder}`)
        const { log, shelf } = reach(holder)
        const logs = [...listOf(log(self)), ...((await shelf?.held(after, PAGE)) ?? [])]
        const last = logs.length < PAGE ? undefined : logs.at(-1)
        return { logs, ...(last && { next: { by: last.by, boot: last.boot } }) }
      },
      get: (holder, ask) => this.#get(self, holder, { reach, ask }),
      contentKey: () => Promise.reject(new PeerworkError('CONTENT_GONE', 'there are none')),
      forgetContent: () => undefined,
      share: (shelf) => {
        reach(self).shelf = shelf
        this.#tell()
        return () => undefined
      }
    }
  }

  async *#tail(
    self: string,
    holder: string,
    { reach, options }: { reach: (holder: string) => Holder; options: TailOptions }
  ): AsyncGenerator<TraceNews> {
    const { from, signal } = options
    let wake = (): void => undefined
    const ring = (): void => wake()
    this.#wakes.add(ring)
    signal.addEventListener('abort', ring)
    const has = (batch: Sealed<TraceBatch>): boolean =>
      toHex(batch.body.boot) === from?.boot && batch.body.first < from.next
    let sent = 0
    try {
      while (!signal.aborted) {
        const log = reach(holder).log(self)
        for (; sent < log.length; sent++) {
          const batch = log[sent]
          if (batch !== undefined && !has(batch)) yield opened(batch.bytes)
        }
        await new Promise<void>((resolve) => (wake = resolve))
      }
    } finally {
      this.#wakes.delete(ring)
    }
  }

  async *#get(
    self: string,
    holder: string,
    { reach, ask }: { reach: (holder: string) => Holder; ask: LogAsk }
  ): AsyncGenerator<TraceNews> {
    const { by, boot, ranges } = ask
    this.asked.push(`${self} get ${holder}`)
    const { log, shelf } = reach(holder)
    for (const range of ranges) {
      for (const { body, bytes } of log(self)) {
        const end = body.first + body.events.length
        const fits = body.from === by && toHex(body.boot) === boot
        if (fits && body.first < range.to && end > range.from) yield opened(bytes)
      }
      for (const { bytes } of (await shelf?.batches({ by, boot }, range, 512)) ?? []) {
        yield opened(bytes)
      }
    }
  }

  #tell(): void {
    for (const changed of this.#changed) changed()
    this.grow()
  }
}

/** As the door opens what comes over a stream. */
export function opened(bytes: Uint8Array): TraceNews {
  const one = open(bytes, expectBatch({ network: NETWORK, now: Date.now() }))
  return one.ok ? { kind: 'batch', batch: one.sealed } : { kind: 'refused', error: one.error }
}

function listOf(log: readonly Sealed<TraceBatch>[]): HeldLog[] {
  const logs = new Map<string, Sealed<TraceBatch>[]>()
  for (const batch of log) {
    const key = `${batch.body.from} ${toHex(batch.body.boot)}`
    logs.set(key, [...(logs.get(key) ?? []), batch])
  }
  return [...logs].map(([key, batches]) => {
    const [by = '', boot = ''] = key.split(' ')
    const ranges = batches.map(({ body }) => {
      return { from: body.first, to: body.first + body.events.length }
    })
    return { by, boot, ranges: joined(ranges), forks: [] }
  })
}
