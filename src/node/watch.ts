/** Watching: verified batches from gossip, as single events, filtered, with what was missed. */

import { toHex } from '../protocol/canonical.ts'
import type { Sealed } from '../protocol/seal.ts'
import type { TraceBatch, TraceEvent } from '../protocol/trace.ts'
import type { ObservedEvent, WatchFilter } from './api.ts'
import { Broadcast } from './broadcast.ts'
import { matchesId } from './peers.ts'
import type { LogPlace } from './trace/api.ts'

/** Producers whose place is remembered, count. */
const PRODUCERS_MAX = 4_096

/** Turns batches into events and counts the gaps between them, per producer and start. */
export class Watch {
  readonly #events = new Broadcast<ObservedEvent>()
  readonly #next = new Map<string, number>()
  readonly #places = new Map<string, LogPlace>()
  readonly #nameOf: (id: string) => string | null

  constructor(nameOf: (id: string) => string | null) {
    this.#nameOf = nameOf
  }

  /** Where this producer's last batch ended. */
  placeOf(from: string): LogPlace | undefined {
    return this.#places.get(from)
  }

  take({ body }: Sealed<TraceBatch>): void {
    const producer = `${body.from} ${toHex(body.boot)}`
    const expected = this.#next.get(producer)
    const end = body.first + body.events.length
    // A batch that comes twice, or late, is not news; gossip already refuses exact copies.
    if (expected !== undefined && end <= expected) return
    let missed = body.first - (expected ?? body.dropped)
    if (this.#next.size >= PRODUCERS_MAX) this.#next.delete(this.#next.keys().next().value ?? '')
    this.#next.set(producer, end)
    this.#places.set(body.from, { boot: toHex(body.boot), next: end })
    if (this.#places.size > PRODUCERS_MAX) {
      this.#places.delete(this.#places.keys().next().value ?? '')
    }
    const name = this.#nameOf(body.from)
    // What overlaps with an earlier batch was told already.
    for (const event of body.events) {
      if (expected !== undefined && event.seq < expected) continue
      this.#events.send({ from: body.from, name, event, missed: Math.max(0, missed) })
      missed = 0
    }
  }

  read(filter: WatchFilter): AsyncGenerator<ObservedEvent, void, void> {
    const events = this.#events.read({ signal: filter.signal })
    return only(events, (observed) => matches(observed, filter))
  }
}

async function* only<T>(
  items: AsyncGenerator<T, void, void>,
  wanted: (item: T) => boolean
): AsyncGenerator<T, void, void> {
  for await (const item of items) if (wanted(item)) yield item
}

function matches({ from, event }: ObservedEvent, filter: WatchFilter): boolean {
  const { peer, task, trace, skill, types } = filter
  const other = 'peer' in event ? event.peer : undefined
  const isPeer = (id: string | undefined): boolean => {
    return id !== undefined && peer !== undefined && matchesId(id, peer)
  }
  if (peer !== undefined && !isPeer(from) && !isPeer(other)) return false
  if (task !== undefined && !startsWith(event, 'task', task)) return false
  if (trace !== undefined && !startsWith(event, 'trace', trace)) return false
  if (skill !== undefined && !('skill' in event && event.skill === skill)) return false
  return types === undefined || types.some((type) => matchesType(event.type, type))
}

function startsWith(event: TraceEvent, field: 'task' | 'trace', text: string): boolean {
  return field in event && (event as Record<typeof field, string>)[field].startsWith(text)
}

/** `task.*` stands for a family. */
function matchesType(type: string, wanted: string): boolean {
  return wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted
}
