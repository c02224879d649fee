/**
 * Events to any number of readers, each an async iterable with its own bounded queue.
 *
 * A reader that falls behind loses its oldest events and is told how many, instead of holding
 * everything in memory.
 */

/** Events one slow reader may have waiting, count. */
const WAITING_MAX = 10_000

export class Broadcast<Event> {
  readonly #readers = new Set<(event: Event) => void>()

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
    const queue: Event[] = [...(options.first ?? [])]
    let wake = (): void => undefined
    const stop = this.listen((event) => {
      queue.push(event)
      if (queue.length > WAITING_MAX) options.lost?.(queue.splice(0, queue.length / 2).length)
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

interface Source {
  readonly stop: () => void
  readonly untilMore: () => Promise<void>
  readonly signal?: AbortSignal
}

async function* drain<Event>(queue: Event[], source: Source): AsyncGenerator<Event, void, void> {
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
