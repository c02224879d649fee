/**
 * Events to any number of readers, each an async iterable with its own bounded queue.
 *
 * A reader that falls behind loses its oldest events and is told how many, instead of holding
 * everything in memory.
 */

/** Events one slow reader may have waiting, count. */
const WAITING_MAX = 2_048
/** The same by weight, bytes; in memory it may be some four times as much as on the wire. */
const WAITING_BYTES_MAX = 4 * 1024 * 1024

/** How events wait for a slow reader. */
export interface Waiting<Event> {
  /** A newer event with the same key makes those that still wait superfluous. */
  readonly key?: (event: Event) => string | undefined
  /** What an event weighs, bytes; nothing unless given. */
  readonly weight?: (event: Event) => number
}

export class Broadcast<Event> {
  readonly #readers = new Set<(event: Event) => void>()
  readonly #waiting: Waiting<Event>

  constructor(waiting: Waiting<Event> = {}) {
    this.#waiting = waiting
  }

  get readers(): number {
    return this.#readers.size
  }

  send(event: Event): void {
    for (const reader of this.#readers) reader(event)
  }

  /** Call for every event, at once; returns how to stop. */
  listen(reader: (event: Event) => void): () => void {
    this.#readers.add(reader)
    return () => void this.#readers.delete(reader)
  }

  /**
   * Events from now on, until `signal` aborts or the reader stops. Listening begins with the call,
   * not with the first pull.
   *
   * @param first events to deliver before all others
   * @param lost told when events of this reader were dropped
   */
  read(
    options: {
      signal?: AbortSignal | undefined
      first?: readonly Event[]
      lost?: (count: number) => void
    } = {}
  ): AsyncGenerator<Event, void, void> {
    const queue = new Queue(this.#waiting, options.first ?? [])
    let wake = (): void => undefined
    const stop = this.listen((event) => {
      const lost = queue.push(event)
      if (lost > 0) options.lost?.(lost)
      wake()
    })
    const { signal } = options
    // Whoever never pulled has no other end than this.
    const end = (): void => {
      stop()
      wake()
    }
    signal?.addEventListener('abort', end, { once: true })
    const untilMore = (): Promise<void> =>
      new Promise((resolve) => {
        wake = resolve
      })
    return drain(queue, { stop, untilMore, ...(signal === undefined ? {} : { signal }) })
  }
}

/** What waits for one reader, oldest first. */
class Queue<Event> {
  readonly #waiting: Waiting<Event>
  /** By key, or by a number of their own. */
  readonly #events = new Map<string | number, Event>()
  #bytes = 0
  #next = 0

  constructor(waiting: Waiting<Event>, first: readonly Event[]) {
    this.#waiting = waiting
    for (const event of first) this.#add(event)
  }

  /** @returns how many of the oldest had to go */
  push(event: Event): number {
    this.#add(event)
    let lost = 0
    while (this.#events.size > 1 && this.#isOver()) {
      this.shift()
      lost++
    }
    return lost
  }

  shift(): Event | undefined {
    const { value: key, done } = this.#events.keys().next()
    return done === true ? undefined : this.#take(key)
  }

  #add(event: Event): void {
    const key = this.#waiting.key?.(event) ?? this.#next++
    if (this.#events.has(key)) this.#take(key)
    this.#events.set(key, event)
    this.#bytes += this.#waiting.weight?.(event) ?? 0
  }

  #take(key: string | number): Event | undefined {
    const event = this.#events.get(key)
    if (event === undefined || !this.#events.delete(key)) return undefined
    this.#bytes -= this.#waiting.weight?.(event) ?? 0
    return event
  }

  #isOver(): boolean {
    return this.#events.size > WAITING_MAX || this.#bytes > WAITING_BYTES_MAX
  }
}

interface Source {
  readonly stop: () => void
  readonly untilMore: () => Promise<void>
  readonly signal?: AbortSignal
}

async function* drain<Event>(
  queue: Queue<Event>,
  source: Source
): AsyncGenerator<Event, void, void> {
  try {
    for (;;) {
      if (source.signal?.aborted === true) return
      const event = queue.shift()
      if (event === undefined) await source.untilMore()
      else yield event
    }
  } finally {
    source.stop()
  }
}
